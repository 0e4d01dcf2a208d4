#!/usr/bin/env bash
# Runs the check and hands its report to the job. Ends with 0, with 2 when the check failed, else with thothctl's code.
set -uo pipefail

arguments=(policy check-agent --json --enforcement-mode "$ENFORCEMENT_MODE")
while IFS= read -r file; do
  [ -z "$file" ] || arguments+=(--agent-file "$file")
done <<<"$AGENT_FILE"
while IFS= read -r file; do
  [ -z "$file" ] || arguments+=(--policy-file "$file")
done <<<"$POLICY_FILE"
case "$FAIL_ON_VIOLATIONS" in
  false | no | 0) arguments+=(--no-fail-on-violations) ;;
esac

report=$(mktemp)
trap 'rm -f "$report"' EXIT
read -r -a thothctl <<<"$THOTHCTL"
"${thothctl[@]}" "${arguments[@]}" >"$report"
code=$?

if [ "$code" = 0 ] || [ "$code" = 10 ] || [ "$code" = 11 ]; then
  node "$ACTION_PATH/outputs.mjs" "$report" || exit 1
fi
[ "$code" = 10 ] && exit 2
exit "$code"
