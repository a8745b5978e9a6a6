package compose

import "github.com/dockmend/dockmend/internal/syntax/compose"

// opensAll reports whether a variable switches a password off.
func opensAll(kv compose.KeyValue) bool {
	value := kv.Value
	switch kv.Key {
	case "POSTGRES_HOST_AUTH_METHOD":
		return value.Text == "trust"
	case "ALLOW_EMPTY_PASSWORD", "ALLOW_ANONYMOUS_LOGIN":
		return value.IsTrue()
	case "MYSQL_ALLOW_EMPTY_PASSWORD", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD", "MARIADB_ALLOW_EMPTY_PASSWORD":
		return value.Text != "" // any text counts
	case "xpack.security.enabled":
		return value.IsFalse()
	case "plugins.security.disabled", "DISABLE_SECURITY_PLUGIN":
		return value.IsTrue()
	case "PGADMIN_CONFIG_SERVER_MODE":
		return value.IsFalse()
	case "PMA_PASSWORD":
		return value.Text != ""
	case "NEO4J_AUTH":
		return value.Text == "none"
	}
	return false
}
