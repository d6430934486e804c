// verdigris completion
import { Argument, type Command } from 'commander'
import { completionScripts, type Shell, shells } from '../completion/scripts.ts'
import { createTerminal } from '../output/terminal.ts'

export function configure(command: Command): void {
  command
    .addArgument(new Argument('<shell>', 'which one').choices([...shells]))
    .addHelpText(
      'after',
      `
Completes subcommands, flags and choices, and the names of services,
environments, proxies, pushes and contexts as the server has them now.

Examples:
  source <(verdigris completion bash)              # in ~/.bashrc
  source <(verdigris completion zsh)               # in ~/.zshrc, after compinit
  verdigris completion fish > ~/.config/fish/completions/verdigris.fish`,
    )
    .action((shell: Shell) => createTerminal().out(completionScripts[shell].trimEnd()))
}
