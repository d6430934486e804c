// One run of the simulation: its fleet, its network and its control planes, one after another, and what may be done to them.
import type { ChangeCommand } from '../../src/push/index.ts'
import { memoryDisk } from '../unit/store/memory-engine.ts'
import type { DeathPoint } from './actions.ts'
import { type Plane, startPlane } from './control-plane.ts'
import { backOffMs, createHosts, type Host, shortType } from './host.ts'
import { createIntent, describe } from './intent.ts'
import type { Fault, Life, Planted } from './life-types.ts'
import { createNetwork, type Link, openLink } from './network.ts'
import type { Plan } from './plan.ts'
import { handsOf, type LifeParts } from './plane-hands.ts'
import { readResponse } from './proxy/response.ts'
import { createRandom } from './random.ts'
import { boundsRule } from './rules/bounds.ts'
import { endpointsRule } from './rules/endpoints.ts'
import { floorsRule } from './rules/floors.ts'
import { createLedger } from './rules/ledger.ts'
import { numbersRule } from './rules/numbers.ts'
import { pushesRule } from './rules/pushes.ts'
import { refusalsRule } from './rules/refusals.ts'
import { routesRule } from './rules/routes.ts'
import type { Rule, Scene } from './rules/watch.ts'
import { createTime } from './time.ts'
import type { Trace } from './trace.ts'

/** Looks at all bounds once in so many events. */
const lookEvery = 97

export function createLife(plan: Plan, trace: Trace, planted: Planted = {}): Life {
  const time = createTime()
  const random = createRandom(plan.seed, 'chance')
  const disk = memoryDisk()
  const ledger = createLedger()
  const intent = createIntent(plan.groups, plan.services)
  const links = new Map<string, Link<Host>>()
  let plane: Plane | undefined
  let death: { point: DeathPoint; count: number; downMs: number } | undefined
  let fullUntil = 0
  let responses = 0
  let twins = 0
  let steps = 0
  let stirred = false
  let fault: Fault | undefined
  let lastCommand: ChangeCommand | undefined
  const refused = new Set<string>()
  const soon: (() => void)[] = []

  const note = (text: string): void => trace.line(time.mono(), text)
  const blame = (rule: string, text: string): void => {
    if (fault !== undefined) return
    fault = { rule, text }
    note(`FAULT ${rule}: ${text}`)
  }

  const network = createNetwork(time, random, {
    response: (link, bytes) => {
      const host = ownerOf(link)
      if (host === undefined) return
      const response = readResponse(link.variant, bytes)
      hosts.feed(host, { kind: 'response', bytes })
      tell((rule) => rule.delivered?.(host, response))
    },
    request: (link, request) => {
      const host = ownerOf(link)
      const mine = links.get(link.stream)
      if (host === undefined || mine === undefined) return
      const what = request.refusal === undefined ? (request.nonce === '' ? 'asks for' : 'ACK') : 'NACK'
      note(
        `${host.key} → ${what} ${shortType(request.typeUrl)}${request.refusal === undefined ? '' : `: ${request.refusal}`}`,
      )
      tell((rule) => rule.requested?.(mine, request))
    },
    taken: (link, nonce) => {
      const mine = links.get(link.stream)
      if (mine !== undefined) tell((rule) => rule.taken?.(mine, nonce))
    },
    closed: (link) => {
      const host = hosts.all.find((one) => one.link === link)
      if (host === undefined) return
      host.link = undefined
      hosts.feed(host, { kind: 'disconnected' })
      if (host.online) hosts.connect(host, backOffMs(random))
    },
  })
  const ownerOf = (link: Link): Host | undefined => hosts.all.find((one) => one.link === link)

  const hosts = createHosts({
    time,
    random,
    say: (link, request) => network.say(link, request),
    open: (host) => {
      if (plane === undefined || plane.phase === 'dead' || plane.phase === 'draining') return undefined
      const link = openLink(plane.hub, host, host.variant, time.mono())
      links.set(link.stream, link)
      note(`${host.key} opens ${link.stream}`)
      tell((rule) => rule.linked?.(link))
      return link
    },
    stepped: () => undefined,
  })

  const scene: Scene = {
    ledger,
    hosts: hosts.all,
    links,
    plane: () => plane,
    now: time.mono,
    fault: blame,
  }
  const rules: readonly Rule[] = [
    routesRule(scene),
    floorsRule(scene),
    numbersRule(scene),
    refusalsRule(scene),
    pushesRule(scene),
    boundsRule(scene),
    endpointsRule(scene),
  ]
  const tell = (say: (rule: Rule) => void): void => {
    for (const rule of rules) say(rule)
  }

  /** Dies here, if that is where it is to die. */
  const pass = (point: DeathPoint): void => {
    if (death?.point !== point) return
    death.count -= 1
    if (death.count <= 0) die(point, death.downMs)
  }
  const die = (where: string, downMs: number): void => {
    death = undefined
    if (plane === undefined) return
    note(`control plane dies: ${where}`)
    plane.phase = 'dead'
    plane = undefined
    for (const link of links.values()) network.endByUs(link)
    links.clear()
    tell((rule) => rule.died?.())
    time.after(downMs, start)
  }

  const parts: LifeParts = {
    time,
    random,
    disk,
    planted,
    network,
    links,
    refused,
    wrote: () => {
      responses += 1
    },
    stirred: () => {
      stirred = true
    },
    refusesFlush: () => time.mono() < fullUntil,
    soon: (run) => soon.push(run),
    note,
    blame,
    tell,
    pass,
  }
  const start = (): void => {
    if (plane !== undefined) return
    stirred = true
    void startPlane(handsOf(parts)).then(
      (made) => {
        plane = made
        note('control plane listens')
      },
      (cause: unknown) => blame('a store that was whole opens', String(cause)),
    )
  }

  /** Lets promises go on until none is left that can. */
  const settle = async (): Promise<void> => {
    while (stirred || soon.length > 0) {
      stirred = false
      drainSoon()
      for (let turn = 0; turn < 3; turn += 1) {
        await new Promise<void>((resolve) => setImmediate(resolve))
        drainSoon()
      }
    }
  }
  const drainSoon = (): void => {
    for (let run = soon.shift(); run !== undefined; run = soon.shift()) run()
  }

  const addHost = (id: string, cluster: string, variant: Host['variant'], key = id): void => {
    hosts.connect(hosts.add({ key, id, cluster, variant }), random.between(0, 300))
  }
  const cluster = (share: number): string => intent.groups[Math.floor(share * intent.groups.length)] ?? ''

  const life: Life = {
    time,
    random,
    hosts,
    network,
    intent,
    ledger,
    disk,
    get plane() {
      return plane
    },
    refused,
    get responses() {
      return responses
    },
    get fault() {
      return fault
    },
    get lastCommand() {
      return lastCommand
    },
    set lastCommand(command) {
      lastCommand = command
    },
    heads: () => plane?.store.view().heads ?? new Map(),
    note,
    blame,
    start: () => {
      start()
      for (let index = 0; index < plan.proxies; index += 1) {
        const its = cluster(random.next())
        addHost(`${its}-${index + 1}`, its, random.chance(0.5) ? 'sotw' : 'delta')
      }
    },
    advance: async (ms) => {
      const until = time.mono() + ms
      await settle()
      for (;;) {
        if (fault !== undefined) return
        try {
          if (!time.step(until)) break
          drainSoon()
          if (stirred) await settle()
          steps += 1
          if (steps % lookEvery === 0 && plane?.phase === 'ready')
            tell((rule) => plane !== undefined && rule.looked?.(plane))
        } catch (cause) {
          blame('nothing throws', cause instanceof Error ? (cause.stack ?? cause.message) : String(cause))
        }
      }
    },
    command: async (command) => {
      lastCommand = command
      const asked = plane
      if (asked === undefined) return undefined
      note(`> ${describe(command)}`)
      stirred = true
      const outcome = await asked.delivery.change(command)
      if (asked.phase === 'dead') return undefined
      if (!outcome.ok) note(`  refused: ${outcome.error.message}`)
      else {
        const { revision, push } = outcome.value
        note(`  answered: r${revision ?? '-'} push/${push ?? '-'}`)
        tell((rule) => rule.answered?.(revision, push))
      }
      return outcome
    },
    register: (command) => {
      const asked = plane
      if (asked === undefined) return
      stirred = true
      note(`> endpoints ${command.verb} ${command.service} ${command.environment}`)
      void asked.discovery.ask(command, { actor: 'sim' }).then((outcome) => {
        if (asked.phase === 'dead') return
        note(
          outcome.ok
            ? `  taken: ${outcome.value.endpoints} endpoints`
            : `  refused: ${outcome.error.message}`,
        )
      })
    },
    abort: (push) => {
      stirred = true
      note(`> abort push/${push}`)
      void plane?.delivery.abort(push, 'sim', '')
    },
    dieAt: (point, count, downMs) => {
      if (point === 'now') die('killed', downMs)
      else death = { point, count, downMs }
    },
    stopPlane: (downMs) => {
      const stopping = plane
      if (stopping === undefined || stopping.phase !== 'ready') return
      note('control plane is asked to stop')
      stopping.phase = 'stopping'
      stirred = true
      void stopping.delivery.stop(10_000).then(() => {
        if (stopping.phase === 'dead') return
        stopping.phase = 'draining'
        stopping.hub.drain()
        time.after(2_000, () => {
          if (stopping.phase === 'dead') return
          for (const stream of [...links.keys()])
            stopping.hub.end(stream, 'unavailable', 'the server is stopping')
          stirred = true
          void stopping.store.close().then(() => {
            if (stopping.phase !== 'dead') die('stopped', downMs)
          })
        })
      })
    },
    fillDisk: (ms) => {
      note('the disk is full')
      fullUntil = time.mono() + ms
      // A store that was refused a write takes no more until it is opened again.
      time.after(ms + 3_000, () => die('restarted for its disk', 200))
    },
    jumpWall: (ms) => {
      note(`the wall clock jumps by ${(ms / 3_600_000).toFixed(1)} h`)
      time.jumpWall(ms)
    },
    breakLink: (host, unheardMs) => {
      const { link } = host
      if (link === undefined) return
      note(`${host.key} loses ${link.stream}${unheardMs > 0 ? ' without a word' : ''}`)
      network.endByProxy(link, unheardMs, 'the connection was cut')
    },
    newcomer: (share, variant) => {
      if (hosts.all.length < 400)
        addHost(`${cluster(share)}-${hosts.all.length + 1}`, cluster(share), variant)
    },
    twin: (of, variant) => {
      if (hosts.all.filter(({ id, exists }) => exists && id === of.id).length > 2) return
      twins += 1
      addHost(of.id, of.cluster, variant, `${of.id}/${twins}`)
    },
    remove: (host) => {
      note(`${host.key} is no more`)
      host.exists = false
      host.online = false
      life.breakLink(host, 0)
    },
    heal: () => {
      note('no more faults')
      death = undefined
      if (fullUntil > time.mono()) fullUntil = 0
      if (plane?.store.stats().readOnly !== undefined) die('restarted for its disk', 200)
      for (const host of hosts.all) {
        host.manners = []
        if (!host.exists) continue
        host.online = true
        const { link } = host
        if (link === undefined) {
          hosts.connect(host, backOffMs(random))
          continue
        }
        link.slowMs = 0
        if (link.stalled) network.unstall(link)
        if (link.cut) network.mend(link)
      }
    },
  }
  return life
}
