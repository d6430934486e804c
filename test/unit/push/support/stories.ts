// Pushes of every kind, told to a small fleet: what is there before, what is done, and which ways the routes of a proxy
// may go while it happens, whoever dies in between.
import { typeUrls } from '../../../../src/envoy-api/index.ts'
import type { ChangeAnswer, PushPhase } from '../../../../src/push/index.ts'
import type { Cut } from './cut.ts'
import type { FakeFleet } from './fake-fleet.ts'
import type { Rig } from './rig.ts'
import { environment, gateway, route, service, world } from './rig.ts'

/** What an act may do: as the rig, but nothing of it returns once the process has died. */
export interface Stage {
  readonly rig: Rig
  readonly fleet: FakeFleet
  tell(change: Promise<ChangeAnswer>): Promise<ChangeAnswer>
  talk(): Promise<void>
  pass(ms: number): Promise<void>
}

export interface Story {
  readonly name: string
  /** Before the points begin. Default: a world with blue and green, all on blue. */
  before?(rig: Rig): Promise<void>
  act(stage: Stage): Promise<void>
  /** Done by proxies after the process has come back. */
  after?(fleet: FakeFleet): void
  /** How its pushes may end, when they have begun; default: done. */
  readonly ends?: readonly PushPhase[]
  /** How long its pushes may take after a restart, ms; default 500. */
  readonly waitsMs?: number
  /** Ways that the routes of a proxy may go, as `wayOf` writes them. */
  readonly ways: readonly string[]
}

/** The routes that a proxy had, one after another: `b>g` is from blue to green, `bb>gb` where two services are routed to. */
export const wayOf = (path: readonly string[]): string =>
  path
    .map((routes) =>
      routes
        .split(' ')
        .map((cluster) => cluster.split('/')[2]?.[0] ?? '')
        .join(''),
    )
    .join('>')

export const storyNodes: readonly string[] = ['edge-1', 'edge-2']

const newGreen = service('checkout', [environment('blue'), environment('green', 'v3', [9301])])
const newerGreen = service('checkout', [environment('blue'), environment('green', 'v4', [9401])])
const isOf = (cluster: string) => (names: readonly string[]) => names.some((name) => name.endsWith(cluster))

export function stageOf(rig: Rig, cut: Cut, answered: ChangeAnswer[]): Stage {
  return {
    rig,
    fleet: rig.fleet,
    tell: async (change) => {
      const answer = await cut.alive(change)
      answered.push(answer)
      return answer
    },
    talk: () => cut.alive(rig.talk()),
    pass: (ms) => cut.alive(rig.clock.advance(ms).then(() => rig.talk())),
  }
}

export const stories: readonly Story[] = [
  {
    name: 'a switch between warm environments',
    async act({ rig, tell, talk }) {
      await tell(rig.switchTo('green'))
      await talk()
    },
    ways: ['b', 'b>g'],
  },
  {
    name: 'a ramp',
    async act({ rig, tell, talk, pass }) {
      const change = rig.change({
        ...{ actor: 'ada', reason: '', verb: 'switch', namespace: 'default', service: 'checkout' },
        ...{ weights: { green: 10_000 }, ramp: 1_000 },
      })
      await tell(change.then((outcome) => (outcome.ok ? outcome.value : Promise.reject(outcome.error))))
      await talk()
      for (let at = 0; at < 1_500; at += 250) await pass(250)
    },
    // Both while it lasts, whichever share they have.
    ways: ['b', 'b>bg>g', 'b>gb>g'],
    waitsMs: 2_000,
  },
  {
    name: 'a new release that is prepared and then switched to',
    async act({ rig, tell, talk }) {
      await tell(rig.apply(newGreen))
      await talk()
      await tell(rig.switchTo('green'))
      await talk()
    },
    ways: ['b', 'b>g'],
  },
  {
    name: 'a switch to what is still being prepared',
    async act({ rig, fleet, tell, talk }) {
      fleet.manner('edge-2', { kind: 'mute' })
      await tell(rig.apply(newGreen))
      await talk()
      await tell(rig.switchTo('green'))
      await talk()
      fleet.manner('edge-2', { kind: 'prompt' })
      await talk()
    },
    after: (fleet) => fleet.manner('edge-2', { kind: 'prompt' }),
    // The release that was applied before the switch is what it switches to; the one being prepared follows.
    ways: ['b', 'b>g', 'b>g>g'],
  },
  {
    name: 'a rollback',
    async before(rig) {
      await rig.apply(world)
      await rig.talk()
      await rig.switchTo('green')
    },
    async act({ rig, tell, talk }) {
      await tell(rig.rollback())
      await talk()
    },
    ways: ['b>g', 'b>g>b'],
  },
  {
    name: 'a push that a proxy refuses before the decision',
    async act({ rig, fleet, tell, talk }) {
      fleet.manner('edge-2', { kind: 'refuses', type: typeUrls.cds, when: isOf('green.2') })
      await tell(rig.apply(newGreen))
      await talk()
    },
    ends: ['aborted'],
    ways: ['b'],
  },
  {
    name: 'a switch that a proxy refuses after the decision',
    async act({ rig, fleet, tell, talk }) {
      fleet.manner('edge-2', { kind: 'refuses', type: typeUrls.rds, when: (names) => names.length > 0 })
      await tell(rig.switchTo('green'))
      await talk()
    },
    ends: ['reverted'],
    ways: ['b', 'b>g', 'b>g>b'],
  },
  {
    name: 'a listener that a proxy refuses after the decision',
    async act({ rig, fleet, tell, talk }) {
      fleet.manner('edge-2', { kind: 'refuses', type: typeUrls.lds, when: (names) => names.length > 0 })
      await tell(rig.apply(gateway('edge', 10_001), { allowDrain: true }))
      await talk()
    },
    ends: ['reverted'],
    ways: ['b'],
  },
  {
    name: 'a switch that a proxy never answers',
    async act({ rig, fleet, tell, talk, pass }) {
      fleet.manner('edge-2', { kind: 'mute' })
      await tell(rig.switchTo('green'))
      await talk()
      await pass(6_000)
      fleet.manner('edge-2', { kind: 'prompt' })
      await talk()
    },
    after: (fleet) => fleet.manner('edge-2', { kind: 'prompt' }),
    ends: ['reverted', 'done'],
    ways: ['b', 'b>g', 'b>g>b'],
  },
  {
    name: 'a push that is aborted by a person',
    async act({ rig, fleet, tell, talk }) {
      fleet.manner('edge-2', { kind: 'mute' })
      const { push = '' } = await tell(rig.apply(newGreen))
      await talk()
      await rig.delivery.abort(push, 'ada', 'not today')
      fleet.manner('edge-2', { kind: 'prompt' })
      await talk()
    },
    after: (fleet) => fleet.manner('edge-2', { kind: 'prompt' }),
    ends: ['aborted', 'done'],
    ways: ['b'],
  },
  {
    name: 'a retirement and its removal',
    async before(rig) {
      await rig.apply(world)
      await rig.talk()
    },
    async act({ rig, tell, talk, pass }) {
      await tell(rig.apply(newGreen))
      await talk()
      await pass(35_000)
      await talk()
    },
    ways: ['b'],
  },
  {
    name: 'a push that overtakes one that prepares',
    async act({ rig, fleet, tell, talk }) {
      fleet.manner('edge-2', { kind: 'mute' })
      await tell(rig.apply(newGreen))
      await talk()
      await tell(rig.apply(newerGreen))
      fleet.manner('edge-2', { kind: 'prompt' })
      await talk()
    },
    after: (fleet) => fleet.manner('edge-2', { kind: 'prompt' }),
    ends: ['done', 'overtaken'],
    ways: ['b'],
  },
  {
    name: 'a rollback that overtakes a switch',
    async act({ rig, fleet, tell, talk }) {
      fleet.manner('edge-2', { kind: 'mute' })
      await tell(rig.switchTo('green'))
      await talk()
      await tell(rig.rollback())
      fleet.manner('edge-2', { kind: 'prompt' })
      await talk()
    },
    after: (fleet) => fleet.manner('edge-2', { kind: 'prompt' }),
    ends: ['done', 'overtaken'],
    ways: ['b', 'b>g', 'b>g>b'],
  },
  {
    name: 'two pushes side by side',
    async before(rig) {
      await rig.apply(world + service('cart') + route('cart'))
      await rig.talk()
    },
    async act({ rig, fleet, tell, talk }) {
      fleet.manner('edge-2', { kind: 'mute' })
      await tell(rig.apply(newGreen))
      await tell(rig.switchTo('green', 'cart'))
      await talk()
      fleet.manner('edge-2', { kind: 'prompt' })
      await talk()
    },
    after: (fleet) => fleet.manner('edge-2', { kind: 'prompt' }),
    ways: ['bb', 'bb>gb'],
  },
  {
    name: 'the first apply to an empty store',
    before: async () => undefined,
    async act({ rig, tell, talk }) {
      await tell(rig.apply(world))
      await talk()
    },
    ways: ['', 'b'],
  },
  {
    name: 'a service that is deleted',
    async before(rig) {
      await rig.apply(world + service('cart') + route('cart', ['edge'], 'cart.test'))
      await rig.talk()
    },
    async act({ rig, tell, talk, pass }) {
      const change = rig.change({
        actor: 'ada',
        reason: 'gone',
        verb: 'delete',
        keys: [{ key: 'default/Route/cart' }, { key: 'default/Service/cart' }],
        force: true,
      })
      await tell(change.then((outcome) => (outcome.ok ? outcome.value : Promise.reject(outcome.error))))
      await talk()
      await pass(35_000)
    },
    ways: ['bb', 'bb>b'],
  },
]
