# Files that hold credentials stay out of reach, whatever the approved scope says.
package quickstart.secrets

import rego.v1

deny contains {"id": "credential-files", "code": "credential_file", "reason": reason} if {
	startswith(input.action, "tool_call:")
	endswith(input.tool.args.path, ".env")
	reason := sprintf("%s may not open files that hold credentials in %s", [input.principal.id, input.context.environment])
}
