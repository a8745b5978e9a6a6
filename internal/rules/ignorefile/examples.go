package ignorefile

func exampleNames() []string {
	return []string{".env.example", ".env.sample", ".env.template", ".env.dist"}
}
