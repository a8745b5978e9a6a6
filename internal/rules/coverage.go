package rules

import (
	"fmt"
	"slices"
)

// Tool is another linter and all its codes for the files that dockmend reads, by
// its documentation as of November 2026.
type Tool struct {
	Name  string
	Codes []string
	// Without are codes for which there is no rule, each with the reason.
	Without map[string]string
}

// Tools lists the linters whose codes all have a rule here, or a reason why not.
func Tools() []Tool {
	return []Tool{
		{Name: "hadolint", Codes: slices.Concat(numbered("DL%d", 3000, 3067, 3005, 3017, 3031, 3039), []string{"DL1001"}, numbered("DL%d", 4000, 4006, 4002))},
		{
			Name: "BuildKit",
			Codes: []string{
				"ConsistentInstructionCasing", "CopyIgnoredFile", "DuplicateStageName", "ExposeInvalidFormat", "ExposeProtoCasing", "FromAsCasing",
				"FromPlatformFlagConstDisallowed", "InvalidBaseImagePlatform", "InvalidDefaultArgInFrom", "InvalidDefinitionDescription", "JSONArgsRecommended",
				"LegacyKeyValueFormat", "MaintainerDeprecated", "MultipleInstructionsDisallowed", "NoEmptyContinuation", "RedundantTargetPlatform",
				"ReservedStageName", "SecretsUsedInArgOrEnv", "StageNameCasing", "UndefinedArgInFrom", "UndefinedVar", "WorkdirRelativePath",
			},
		},
		{Name: "trivy", Codes: numbered("DS%03d", 1, 31, 3, 18, 28)},
		{Name: "checkov", Codes: slices.Concat(numbered("CKV_DOCKER_%d", 1, 11), numbered("CKV2_DOCKER_%d", 1, 17))},
		{Name: "dclint", Codes: []string{
			"dclint:invalid-schema", "dclint:invalid-yaml", "dclint:no-build-and-image", "dclint:no-duplicate-container-names",
			"dclint:no-duplicate-exported-ports", "dclint:no-quotes-in-volumes", "dclint:no-unbound-port-interfaces", "dclint:no-version-field",
			"dclint:require-project-name-field", "dclint:require-quotes-in-ports", "dclint:service-container-name-regex",
			"dclint:service-dependencies-alphabetical-order", "dclint:service-image-require-explicit-tag", "dclint:service-keys-order",
			"dclint:service-ports-alphabetical-order", "dclint:services-alphabetical-order", "dclint:top-level-properties-order",
		}},
		{Name: "compose-lint", Codes: numbered("CL-%04d", 1, 30, 12, 15, 23)},
		{Name: "KICS (Docker Compose)", Codes: []string{
			"kics:cgroup_not_default", "kics:check_cap_add_cap_drop", "kics:container_capabilities_unrestricted",
			"kics:container_traffic_not_bound_to_host_interface", "kics:cpus_not_limited", "kics:default_seccomp_profile_disabled",
			"kics:docker_socket_mounted_in_container", "kics:healthcheck_not_set", "kics:host_namespace_is_shared", "kics:memory_not_limited",
			"kics:networks_not_set", "kics:no_new_privileges_not_set", "kics:pids_limit_not_set", "kics:privileged_containers_enabled",
			"kics:privileged_ports_mapped_in_container", "kics:restart_policy_on_failure_not_set_to_5", "kics:seccomp_disabled", "kics:security_opt_not_set",
			"kics:shared_host_ipc_namespace", "kics:shared_host_network_namespace", "kics:shared_host_user_namespace",
			"kics:shared_volumes_between_containers", "kics:volume_has_sensitive_host_directory", "kics:volume_mounted_in_multiple_containers",
		}},
		{Name: "compose-go (validations)", Codes: []string{
			"compose-go:additional-contexts", "compose-go:container-name-scale", "compose-go:cycle", "compose-go:device-request",
			"compose-go:distinct-values", "compose-go:dockerfile-inline", "compose-go:duplicate-target", "compose-go:external-name",
			"compose-go:healthcheck-test", "compose-go:multiple-config-files", "compose-go:neither-image-nor-build", "compose-go:network-mode-and-networks",
			"compose-go:platforms", "compose-go:ports", "compose-go:schema", "compose-go:secret-source", "compose-go:undefined-config",
			"compose-go:undefined-depends-on", "compose-go:undefined-model", "compose-go:undefined-network", "compose-go:undefined-network-mode-service",
			"compose-go:undefined-secret", "compose-go:undefined-volume", "compose-go:variable-not-set", "compose-go:watch-target",
			"compose-go:yaml-1.2-boolean",
		}},
	}
}

// Coverage says for each of the tool's codes which rules have it as an alias, in
// the order of the codes; a code without any has none.
func (t Tool) Coverage(c *Catalog) [][]string {
	byAlias := map[string][]string{}
	for _, m := range c.Metas() {
		for _, a := range m.Aliases {
			byAlias[a.Name] = append(byAlias[a.Name], m.ID)
		}
	}
	found := make([][]string, len(t.Codes))
	for i, code := range t.Codes {
		found[i] = byAlias[code]
	}
	return found
}

func numbered(format string, from, to int, without ...int) []string {
	var codes []string
	for n := from; n <= to; n++ {
		if !slices.Contains(without, n) {
			codes = append(codes, fmt.Sprintf(format, n))
		}
	}
	return codes
}
