// What `verdigris completion SHELL` prints: a function that asks the program itself, so that it is never behind it.

export const shells = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof shells)[number]

/** The hidden command behind them. */
const hiddenCommand = '__complete'

export const completionScripts: Readonly<Record<Shell, string>> = {
  bash: `# verdigris completion for bash: source this, or put it into a folder of completions.
_verdigris() {
  local line="\${COMP_LINE:0:COMP_POINT}" out
  COMPREPLY=()
  # What bash takes for the word ends at = and :, what the program completes does not.
  out="$(verdigris ${hiddenCommand} bash "$line" "\${COMP_WORDS[COMP_CWORD]}" 2>/dev/null)" || return 0
  if [ "$out" = ":files" ]; then
    compopt -o default 2>/dev/null
    return 0
  fi
  local IFS=$'\\n'
  [ -n "$out" ] && COMPREPLY=($out)
  # After these more is typed.
  [[ \${#COMPREPLY[@]} -eq 1 && "\${COMPREPLY[0]}" == *= ]] && compopt -o nospace 2>/dev/null
  return 0
}
complete -F _verdigris verdigris
`,
  zsh: `#compdef verdigris
# verdigris completion for zsh: source this after compinit, or name it _verdigris in a folder of $fpath.
_verdigris() {
  local out
  local -a words_found
  out="$(verdigris ${hiddenCommand} zsh "\${BUFFER:-\${(j: :)words[1,CURRENT]}}" 2>/dev/null)" || return 0
  if [[ "$out" == ":files" ]]; then
    _files
    return
  fi
  words_found=("\${(@f)out}")
  [[ -n "$out" ]] && _describe 'verdigris' words_found
}
if [[ "$funcstack[1]" == "_verdigris" ]]; then
  _verdigris "$@"
else
  compdef _verdigris verdigris
fi
`,
  fish: `# verdigris completion for fish: put this into ~/.config/fish/completions/verdigris.fish
function __verdigris_complete
  set -l out (verdigris ${hiddenCommand} fish (commandline -cp) 2>/dev/null)
  if test "$out" = ":files"
    __fish_complete_path (commandline -ct)
  else
    printf '%s\\n' $out
  end
end
complete -c verdigris -f -a '(__verdigris_complete)'
`,
}
