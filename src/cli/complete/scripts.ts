/** Shells `completion` writes a script for. */
export const SHELLS = ['bash', 'zsh', 'fish', 'pwsh'] as const;
export type Shell = (typeof SHELLS)[number];

const BASH = `# thothctl completion for bash. Load it with: source <(thothctl completion bash)
_thothctl() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" line value
  COMPREPLY=()
  # bash breaks words at ":" and "="; what is typed so far is read back whole.
  local words=("\${COMP_WORDS[@]:1:COMP_CWORD}")
  if declare -F _get_comp_words_by_ref >/dev/null; then
    local cword
    _get_comp_words_by_ref -n := -w words -i cword -c cur
    words=("\${words[@]:1:cword}")
  fi
  while IFS= read -r line; do
    value="\${line%%$'\\t'*}"
    if [[ "$value" == ":files" ]]; then
      compopt -o default 2>/dev/null
      continue
    fi
    COMPREPLY+=("$value")
  done < <("\${COMP_WORDS[0]}" __complete -- "\${words[@]}" 2>/dev/null </dev/null)
  if declare -F __ltrim_colon_completions >/dev/null; then __ltrim_colon_completions "$cur"; fi
}
complete -F _thothctl thothctl
`;

const ZSH = `#compdef thothctl
# thothctl completion for zsh. Load it with: source <(thothctl completion zsh)
_thothctl() {
  local -a values
  local line value note files=0
  while IFS= read -r line; do
    value="\${line%%$'\\t'*}"
    note="\${line#*$'\\t'}"
    if [[ "$value" == ":files" ]]; then files=1; continue; fi
    value="\${value//:/\\\\:}"
    if [[ "$line" == *$'\\t'* ]]; then values+=("$value:$note"); else values+=("$value"); fi
  done < <("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null </dev/null)
  (( \${#values} )) && _describe 'thothctl' values
  (( files )) && _files
}
if [[ "\${funcstack[1]}" == "_thothctl" ]]; then _thothctl "$@"; else compdef _thothctl thothctl; fi
`;

const FISH = `# thothctl completion for fish. Load it with: thothctl completion fish | source
function __thothctl_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] __complete -- $words[2..-1] "$current" 2>/dev/null </dev/null)
        if test "$line" = ":files"
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c thothctl -f -a '(__thothctl_complete)'
`;

const PWSH = `# thothctl completion for PowerShell. Load it with: thothctl completion pwsh | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName thothctl -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
    if ($wordToComplete -eq '') { $words += '' }
    $null | & thothctl __complete '--' @words 2>$null | Where-Object { $_ -ne ':files' } | ForEach-Object {
        $value, $note = $_ -split "\\t", 2
        if (-not $note) { $note = $value }
        [System.Management.Automation.CompletionResult]::new($value, $value, 'ParameterValue', $note)
    }
}
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH, pwsh: PWSH };

/** Script that makes a shell ask the hidden `__complete` command. */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}
