// verdigris wait
import type { Command } from 'commander'
import { ok } from '../../base/index.ts'
import { exitCode } from '../exit-codes.ts'
import { type NamespaceOptions, type ServerOptions, several, withNamespace, withServer } from '../options.ts'
import { usualWaitMs, withSession } from '../session.ts'
import { type Condition, conditionForms, readCondition } from '../wait/conditions.ts'
import { waitFor } from '../wait/until.ts'
import { watchSignal } from '../watching.ts'

type Options = NamespaceOptions & ServerOptions & { readonly for: readonly string[]; readonly group?: string }

const forms = conditionForms.map(([what, how]) => `  ${what.padEnd(13)} ${how}`).join('\n')

export function configure(command: Command): void {
  command
    .argument('<target...>', 'push/ID, KIND/NAME, proxies, proxy/NODE, server')
    .requiredOption('--for <condition>', 'what has to be so; several have to be so all', several)
    .option('--group <namespace/name>', 'of proxies: only those of a node group')
  withServer(withNamespace(command))
    .addHelpText(
      'after',
      `
What can be waited for:
${forms}

Exit status: 0 it is so, 4 the push ended otherwise, 5 not in time.

Examples:
  verdigris wait push/41 --for done --timeout 5m
  verdigris wait service/checkout --for traffic=green
  verdigris wait route/web --for deleted
  verdigris wait proxies --for count=3 --for holds=newest --timeout 1m
  verdigris wait server --for ready --timeout 30s
  verdigris wait $(verdigris switch checkout green -o name) --for done`,
    )
    .action((targets: readonly string[], options: Options) => {
      const pairs = targets.flatMap((target) =>
        options.for.map((wanted) => ({ target, wanted, condition: readCondition(target, wanted) })),
      )
      const conditions: { readonly words: string; readonly condition: Condition }[] = []
      for (const { target, wanted, condition } of pairs) {
        if (!condition.ok) command.error(`error: ${condition.error}`, { exitCode: exitCode('usage') })
        conditions.push({ words: `${target}: ${wanted}`, condition: condition.value })
      }
      return withSession(options, async (session) => {
        const { terminal, signal } = session
        const timeoutMs = options.timeout ?? usualWaitMs
        const ending = watchSignal(session, timeoutMs)
        for (const { words, condition } of conditions) {
          const waited = ending.aborted
            ? ok('notThereYet' as const)
            : await waitFor(session, condition, { ...options, group: options.group }, ending)
          if (!waited.ok) {
            // A call that the time cut short says no more than that.
            if (!ending.aborted || signal.aborted) return waited.error
          } else if (waited.value === 'met') {
            terminal.out(words)
            continue
          }
          if (signal.aborted) return 'interrupted'
          const exit = waited.ok && waited.value === 'takenBack' ? 'takenBack' : 'notThereYet'
          const why = exit === 'takenBack' ? 'it ended otherwise' : 'not in time'
          terminal.say(`${terminal.errorColor.red('error:')} ${words}: ${why}`)
          if (condition.kind === 'push')
            terminal.say(`${terminal.errorColor.dim('next:')}  verdigris push get ${condition.id}`)
          else terminal.say(`${terminal.errorColor.dim('next:')}  give it longer with --timeout`)
          return exit
        }
        return 'ok'
      })
    })
}
