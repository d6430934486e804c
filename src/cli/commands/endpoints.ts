// verdigris endpoints set|patch|drain|list
import type { Command } from 'commander'
import { drain } from '../endpoints/drain.ts'
import { list } from '../endpoints/list.ts'
import { patch } from '../endpoints/patch.ts'
import { set } from '../endpoints/set.ts'

export function configure(command: Command): void {
  // Their arguments would leave no room for what they do.
  command.configureHelp({ ...command.configureHelp(), subcommandTerm: (each) => each.name() })
  command.addHelpText(
    'after',
    `
Examples:
  verdigris endpoints set checkout green 10.0.0.7:8080 --release 2.4
  verdigris endpoints patch checkout green --put 10.0.0.9:8080 --ttl 30s
  verdigris endpoints drain checkout green 10.0.0.7:8080
  verdigris endpoints list checkout -o wide

The environment has to say "endpoints: {registered: true}" in its Service.
docs/operations.md has the whole of it.`,
  )
  set(command)
  patch(command)
  drain(command)
  list(command)
}
