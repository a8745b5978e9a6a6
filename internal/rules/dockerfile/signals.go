package dockerfile

import "strings"

func canonicalSignal(s string) string {
	numbers := map[string]string{"1": "SIGHUP", "2": "SIGINT", "3": "SIGQUIT", "10": "SIGUSR1", "12": "SIGUSR2", "15": "SIGTERM"}
	if name, ok := numbers[s]; ok {
		return name
	}
	name := strings.ToUpper(s)
	switch strings.TrimPrefix(name, "SIG") {
	case "HUP", "INT", "QUIT", "USR1", "USR2", "TERM", "WINCH":
		return "SIG" + strings.TrimPrefix(name, "SIG")
	}
	return ""
}
