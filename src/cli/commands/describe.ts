// verdigris describe
import type { Command } from 'commander'
import { nearest, type Result } from '../../base/index.ts'
import type { AdminClient, Failure } from '../../client/index.ts'
import { describeObject } from '../describe/describe-object.ts'
import { describeProxy } from '../describe/describe-proxy.ts'
import { describePush } from '../describe/describe-push.ts'
import { type Description, printDescription } from '../describe/section.ts'
import { kindList, kindNames, kindOf } from '../kind-names.ts'
import {
  type NamespaceOptions,
  type OutputOptions,
  type ServerOptions,
  withNamespace,
  withOutput,
  withServer,
} from '../options.ts'
import { printData } from '../output/data.ts'
import type { Terminal } from '../output/terminal.ts'
import { withSession } from '../session.ts'

type Options = NamespaceOptions & OutputOptions & ServerOptions
type Describe = (
  client: AdminClient,
  terminal: Terminal,
  name: string,
) => Promise<Result<Description, Failure>>

/** What is no object, by all its names. */
const others: Readonly<Record<string, Describe>> = {
  proxy: describeProxy,
  proxies: describeProxy,
  node: describeProxy,
  nodes: describeProxy,
  push: describePush,
  pushes: describePush,
}

export function configure(command: Command): void {
  command
    .argument('<kind>', `proxy, push, ${kindList()}`)
    .argument('[name...]', 'one or several; or KIND/NAME in one word')
  withServer(withOutput(withNamespace(command)))
    .addHelpText(
      'after',
      `
Examples:
  verdigris describe service checkout
  verdigris describe proxy edge-1
  verdigris describe push 41
  verdigris describe nodegroup/edge -o yaml`,
    )
    .action((first: string, more: readonly string[], options: Options) => {
      const wanted = targetsIn(first, more, options.namespace)
      if (typeof wanted === 'string') command.error(`error: ${wanted}`, { exitCode: 2 })
      return withSession(options, async ({ client, terminal }) => {
        const found: Description[] = []
        for (const describe of wanted) {
          const one = await describe(client, terminal)
          if (!one.ok) return one.error
          found.push(one.value)
        }
        if (options.output !== 'table') {
          const data = found.map((each) => each.data)
          printData(terminal, options.output, data.length === 1 ? data[0] : data)
        } else
          for (const [index, one] of found.entries()) {
            if (index > 0) terminal.out('')
            printDescription(terminal, one)
          }
        return 'ok'
      })
    })
}

type Target = (client: AdminClient, terminal: Terminal) => Promise<Result<Description, Failure>>

/** What these words mean, or what is wrong with them. */
function targetsIn(first: string, more: readonly string[], namespace: string): readonly Target[] | string {
  const pairs =
    more.length === 0 || first.includes('/')
      ? [first, ...more].map(pairOf)
      : more.map((name) => [first, name] as const)
  const targets: Target[] = []
  for (const [kindText, name] of pairs) {
    if (name === '') return `wanted KIND NAME, such as service checkout, found '${kindText}' alone`
    const word = kindText.toLowerCase()
    const other = Object.hasOwn(others, word) ? others[word] : undefined
    if (other !== undefined) {
      targets.push((client, terminal) => other(client, terminal, name))
      continue
    }
    const kind = kindOf(kindText)
    if (kind === undefined) return noKind(kindText)
    targets.push((client, terminal) => describeObject(client, terminal, { namespace, kind, name }))
  }
  return targets
}

/** Names of proxies may have slashes: the first one divides. */
function pairOf(word: string): readonly [kind: string, name: string] {
  const at = word.indexOf('/')
  return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)]
}

function noKind(word: string): string {
  const names = [
    ...Object.keys(others),
    ...Object.entries(kindNames).flatMap(([kind, all]) => [kind, ...all]),
  ]
  const near = nearest(word, names)
  return near === undefined
    ? `no kind '${word}'; there are proxy, push, ${kindList()}`
    : `no kind '${word}'; did you mean ${near.toLowerCase()}?`
}
