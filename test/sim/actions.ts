// Carries the actions of a plan out, on whatever is there when their time has come.

import { resourceTypes } from '../../src/envoy-api/index.ts'
import type { ChangeCommand } from '../../src/push/index.ts'
import { finalPhases } from '../../src/push/index.ts'
import { backOffMs, type Host } from './host.ts'
import { churnOf, commandOf } from './intent.ts'
import type { Life } from './life-types.ts'
import type { Action } from './plan.ts'
import { pickAt } from './random.ts'

const refusable = ['cds', 'eds', 'lds', 'rds'] as const
const deathPoints = ['now', 'before flush', 'after flush', 'published', 'sent', 'decided'] as const
export type DeathPoint = (typeof deathPoints)[number]

/** One action. */
export function act(life: Life, action: Action): void {
  const { kind, a, b, c } = action
  switch (kind) {
    case 'again':
      if (life.lastCommand !== undefined) life.command(life.lastCommand)
      return
    case 'abort': {
      const running =
        life.plane?.delivery.pushes(20).filter(({ phase }) => !finalPhases.includes(phase)) ?? []
      if (running.length > 0) life.abort(pickAt(running, a).id)
      return
    }
    case 'register': {
      const word = churnOf(life.intent, life.heads(), action)
      if (word !== undefined) life.register(word)
      return
    }
    case 'wait':
    case 'hours':
      // Nothing happens: see `pauseOf`.
      return
    case 'crash':
      life.dieAt(pickAt(deathPoints, a), 1 + Math.floor(b * 4), 50 + c * c * 20_000)
      return
    case 'stop':
      life.stopPlane(50 + b * 5_000)
      return
    case 'fullDisk':
      life.fillDisk(1_000 + b * 10_000)
      return
    case 'jump':
      life.jumpWall((a - 0.5) * 2 * 40 * 3_600_000 * b)
      return
    case 'breakAll':
      for (const host of [...life.hosts.all]) life.breakLink(host, b < 0.5 ? 0 : 4_000)
      return
    case 'newcomer':
      life.newcomer(b, c < 0.5 ? 'sotw' : 'delta')
      return
    default:
      break
  }
  const host = hostFor(life, a, kind === 'join' || kind === 'untwin')
  if (host !== undefined && actOnProxy(life, host, action)) return
  const command = life.plane === undefined ? undefined : commandOf(life.intent, life.heads(), action)
  if (command !== undefined) life.command(withRequestId(life, command, c))
}

/** Milliseconds that an action takes by itself. */
export function pauseOf({ kind, a, b }: Action): number {
  if (kind === 'wait') return 2_000 + a * 40_000
  if (kind === 'hours') return (0.5 + b * 4) * 3_600_000
  return 0
}

function withRequestId(life: Life, command: ChangeCommand, c: number): ChangeCommand {
  return c < 0.4 ? { ...command, requestId: `req-${life.intent.counter}` } : command
}

/** Some proxy; rather one that is away, or a twin, where that is what the action is for. */
function hostFor(life: Life, share: number, wantsAway: boolean): Host | undefined {
  const there = life.hosts.all.filter(({ exists }) => exists)
  const away = wantsAway ? there.filter(({ online, key, id }) => !online || key !== id) : []
  const among = away.length > 0 ? away : there
  return among.length === 0 ? undefined : pickAt(among, share)
}

/** Whether it was an action on a proxy, or on the way to it. */
function actOnProxy(life: Life, host: Host, { kind, b, c }: Action): boolean {
  const { link } = host
  switch (kind) {
    case 'leave':
      host.online = false
      // With a word, or without: then we hear of it only when we ask.
      life.breakLink(host, b < 0.7 ? 0 : 10_000 + c * 30_000)
      return true
    case 'join':
      host.online = true
      if (host.link === undefined) life.hosts.connect(host, backOffMs(life.random))
      return true
    case 'restart':
      life.breakLink(host, b < 0.8 ? 0 : 10_000 + c * 30_000)
      life.note(`${host.key} starts anew`)
      life.hosts.restart(host)
      return true
    case 'twin':
      life.twin(host, b < 0.5 ? 'sotw' : 'delta')
      return true
    case 'untwin':
      if (host.key !== host.id) life.remove(host)
      return true
    case 'break':
      life.breakLink(host, b < 0.6 ? 0 : c * 35_000)
      return true
    case 'stall':
      if (link !== undefined) link.stalled = true
      if (link !== undefined) life.note(`${host.key} reads no more`)
      return true
    case 'unstall':
      for (const each of life.hosts.all) if (each.link?.stalled === true) life.network.unstall(each.link)
      return true
    case 'cut':
      if (link !== undefined) life.network.cut(link)
      if (link !== undefined) life.note(`${host.key} is cut off`)
      return true
    case 'mend':
      for (const each of life.hosts.all) if (each.link?.cut === true) life.network.mend(each.link)
      return true
    case 'slow':
      if (link !== undefined) link.slowMs = Math.floor(b * 1_500)
      return true
    case 'refuse':
    case 'refuseAll':
      refuse(life, host, kind, b, c)
      return true
    case 'accept':
      host.manners = []
      life.note(`${host.key} takes everything`)
      return true
    default:
      return false
  }
}

function refuse(life: Life, host: Host, kind: 'refuse' | 'refuseAll', b: number, c: number): void {
  const key = pickAt(refusable, b)
  const { typeUrl } = resourceTypes[key]
  const rest = (b * 7_919) % 1
  const hosts =
    rest < 0.12 ? life.hosts.all.filter(({ exists, cluster }) => exists && cluster === host.cluster) : [host]
  const manner = {
    typeUrl,
    kind: c < 0.5 ? ('constraint' as const) : ('semantic' as const),
    what: kind === 'refuseAll' ? ('all' as const) : ('new' as const),
    about: key === 'cds' || key === 'eds' ? pickAt(['', 'green', 'blue', 'checkout'], rest) : '',
    until: (c * 31) % 1 < 0.4 ? life.time.mono() + 500 + rest * 20_000 : Number.POSITIVE_INFINITY,
    once: (c * 17) % 1 < 0.25,
  }
  for (const one of hosts) life.hosts.refuse(one, manner)
  const who = hosts.length === 1 ? host.key : `everybody of ${host.cluster}`
  life.note(`${who} refuses ${manner.what} ${key.toUpperCase()} ${manner.about} (${manner.kind})`)
}
