// verdigris traffic
import type { Command } from 'commander'
import type { ServiceTraffic } from '../../api/index.ts'
import { invalid, limits } from '../../base/index.ts'
import type { Failure } from '../../client/index.ts'
import type { Exit } from '../exit-codes.ts'
import { nameOf } from '../object-names.ts'
import {
  type NamespaceOptions,
  type OutputOptions,
  readerFormats,
  type ServerOptions,
  withNamespace,
  withOutput,
  withServer,
} from '../options.ts'
import { printData } from '../output/data.ts'
import { type Listing, listingTeller, printListing } from '../output/listing.ts'
import { plain } from '../output/plain.ts'
import { printable } from '../output/words.ts'
import { servicesIn, trafficOf } from '../service-traffic.ts'
import { type Session, withSession } from '../session.ts'
import { serviceArgument } from '../targets.ts'
import { trafficColumns, trafficFacts, trafficRows } from '../views/traffic-views.ts'
import { isWatching, keepWatching, merged, type WatchFlags, watchSignal, withWatch } from '../watching.ts'

type Options = NamespaceOptions &
  OutputOptions &
  ServerOptions &
  WatchFlags & { readonly allNamespaces?: boolean }

export function configure(command: Command): void {
  command
    .argument('[service]', 'its name, or service/NAME; without one, all of them', serviceArgument)
    .option('-A, --all-namespaces', 'of every namespace')
  withServer(withOutput(withNamespace(withWatch(command)), readerFormats))
    .addHelpText(
      'after',
      `
WANTED is what was decided, APPLIED what the proxies were switched to, and
OBSERVED what they reported of their requests, where they do.

Examples:
  verdigris traffic
  verdigris traffic checkout
  verdigris traffic checkout -w
  verdigris traffic -A -o wide`,
    )
    .action((service: string | undefined, options: Options) =>
      withSession(options, async (session) => {
        const { client } = session
        const namespace = options.allNamespaces === true ? '' : options.namespace
        const names =
          service === undefined
            ? await servicesIn(client, namespace, 'Service')
            : { ok: true as const, value: [{ namespace: options.namespace, service }] }
        if (!names.ok) return names.error
        if (isWatching(options)) return watchTraffic(session, names.value, options)
        const found = await trafficOf(client, names.value)
        if (!found.ok) return found.error
        print(session, found.value, service !== undefined, options)
        return 'ok'
      }),
    )
}

function print(
  { terminal }: Session,
  found: readonly ServiceTraffic[],
  isOne: boolean,
  options: Options,
): void {
  const { output } = options
  const isTable = output === 'table' || output === 'wide'
  const [one] = found
  if (isOne && (output === 'json' || output === 'yaml')) {
    printData(terminal, output, one)
    return
  }
  if (isOne && isTable && one !== undefined)
    for (const line of [...trafficFacts(one, Date.now()), '']) terminal.out(printable(line))
  printListing(terminal, output, found, listingOf(options))
  if (found.length === 0) terminal.say('no services; create some with: verdigris apply -f FILE')
}

/** A row for each environment. */
function listingOf({ output, allNamespaces, namespace }: Options): Listing<ServiceTraffic> {
  const isWide = output === 'wide'
  const withNamespaces = allNamespaces === true
  return {
    columns: trafficColumns(isWide, withNamespaces),
    rows: (traffic) => trafficRows(traffic, isWide, withNamespaces, Date.now()),
    name: (traffic) =>
      nameOf({ namespace: traffic.namespace, kind: 'Service', name: traffic.service }, namespace),
  }
}

/** The traffic now, and the whole of a service's again whenever some of it changed. */
async function watchTraffic(
  session: Session,
  names: readonly { readonly namespace: string; readonly service: string }[],
  options: Options,
): Promise<Exit | Failure> {
  const { client, terminal } = session
  if (names.length > limits.servicesWatched) {
    const message = `${names.length} services cannot be watched at once, ${limits.servicesWatched} can: name one, or use verdigris get traffic -w`
    return { kind: 'refused', problem: invalid([{ path: '', message }]) }
  }
  const signal = watchSignal(session, options.timeout)
  const tell = listingTeller(terminal, options.output, listingOf(options))
  const told = new Map<string, string>()
  const streams = names.map((name) =>
    keepWatching(session, signal, () => client.watch('Traffic', 'Watch', name, signal)),
  )
  for await (const item of merged(streams)) {
    if (!item.ok) return item.error
    const id = `${item.value.namespace}/${item.value.service}`
    const state = JSON.stringify(plain(item.value))
    const before = told.get(id)
    told.set(id, state)
    // After a break the stream begins with what may have been told already.
    if (before === state || (before === undefined && options.watchOnly === true)) continue
    tell([[before === undefined ? '' : 'changed', item.value]])
  }
  return 'ok'
}
