// Random lives of a small fleet: commands, refusals, silence, absence, crashes of the control plane, in any order. The
// proxies themselves notice what may never be (see fake-fleet.ts); the end notices what has to be. A larger simulation,
// of thousands of proxies from one seed, will stand beside this one.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { typeUrls } from '../../src/envoy-api/index.ts'
import { finalPhases } from '../../src/push/index.ts'
import type { Manner } from '../unit/push/support/fake-fleet.ts'
import type { Rig } from '../unit/push/support/rig.ts'
import {
  createRig,
  environment,
  gateway,
  group,
  manifests,
  route,
  service,
} from '../unit/push/support/rig.ts'
import { settle } from '../unit/push/support/virtual-clock.ts'
import { memoryDisk } from '../unit/store/memory-engine.ts'

const proxies = ['edge-1', 'edge-2', 'edge-3', 'edge-4', 'side-1', 'side-2']
const services = ['checkout', 'cart']
const by = { actor: 'deploy-bot', reason: '' }

type Action =
  | {
      readonly kind: 'switch' | 'rollback' | 'release' | 'grow' | 'shrink'
      readonly service: string
      readonly to: string
    }
  | { readonly kind: 'connect' | 'disconnect' | 'deliver'; readonly node: string }
  | { readonly kind: 'manner'; readonly node: string; readonly manner: Manner }
  | { readonly kind: 'abort' | 'talk' }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'crash' }

const node = fc.constantFrom(...proxies)
const manner: fc.Arbitrary<Manner> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ kind: 'prompt' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'mute' } as const) },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom(typeUrls.cds, typeUrls.rds, typeUrls.eds)
      .map((type) => ({ kind: 'refuses', type }) as const),
  },
)
const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constantFrom('switch', 'switch', 'rollback', 'release', 'grow', 'shrink'),
      service: fc.constantFrom(...services),
      to: fc.constantFrom('blue', 'green'),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ kind: fc.constantFrom('connect', 'disconnect', 'deliver', 'deliver'), node }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('manner'), node, manner }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'abort' } as const) },
  { weight: 5, arbitrary: fc.constant({ kind: 'talk' } as const) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('wait'), ms: fc.constantFrom(200, 2_000, 6_000, 25_000) }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'crash' } as const) },
)

const world =
  group('edge') +
  group('side') +
  gateway('edge') +
  gateway('side', 10_001) +
  service('checkout') +
  route('checkout', ['edge', 'side']) +
  service('cart', [environment('blue', 'v1', [9400]), environment('green', 'v2', [9401])]) +
  route('cart', ['edge'])

interface Life {
  rig: Rig
  releases: number
}

async function begin(): Promise<Life> {
  const rig = await createRig({ timeouts: { tickMs: 1_000 } })
  for (const id of proxies) {
    rig.fleet.add(id, id.split('-')[0])
    rig.fleet.connect(id)
  }
  await rig.apply(world)
  await rig.talk()
  return { rig, releases: 2 }
}

async function live(life: Life, act: Action): Promise<void> {
  const { rig } = life
  switch (act.kind) {
    case 'switch':
      await rig.change({
        ...by,
        verb: 'switch',
        namespace: 'default',
        service: act.service,
        weights: { [act.to]: 10_000 },
      })
      break
    case 'rollback':
      await rig.change({ ...by, verb: 'rollback', namespace: 'default', service: act.service })
      break
    case 'release': {
      // Refused where the environment carries traffic: that is one of the outcomes.
      life.releases += 1
      const versions = { blue: 'v1', green: 'v2', [act.to]: `v${life.releases}` }
      await applied(
        rig,
        service(
          act.service,
          Object.entries(versions).map(([name, version]) =>
            environment(name, version, [9_000 + life.releases]),
          ),
        ),
      )
      break
    }
    case 'grow':
      await applied(
        rig,
        service(act.service, [
          environment('blue'),
          environment('green', 'v2', [9201]),
          environment('amber', 'v9', [9301]),
        ]),
      )
      break
    case 'shrink':
      await applied(rig, service(act.service, [environment(act.to)]))
      break
    case 'connect':
      rig.fleet.connect(act.node)
      break
    case 'disconnect':
      rig.fleet.disconnect(act.node)
      break
    case 'deliver':
      rig.fleet.deliver(act.node)
      break
    case 'manner':
      rig.fleet.manner(act.node, act.manner)
      break
    case 'abort': {
      const running = rig.delivery.pushes(10).find(({ phase }) => !finalPhases.includes(phase))
      if (running !== undefined) await rig.delivery.abort(running.id, 'ops', '')
      break
    }
    case 'talk':
      await rig.talk()
      break
    case 'wait':
      await rig.clock.advance(act.ms)
      break
    case 'crash': {
      const { fleet, clock, disk } = rig
      // Whatever was not flushed at this moment is lost; the proxies keep what they hold.
      life.rig = await createRig({ disk: memoryDisk(disk.values), fleet, clock, timeouts: { tickMs: 1_000 } })
      for (const id of proxies) fleet.connect(id)
      break
    }
    default:
      act satisfies never
  }
  await settle()
}

const applied = (rig: Rig, text: string) =>
  rig.change({ ...by, verb: 'apply', manifests: manifests(text), inPlace: false })

/** Everybody is back and willing: whatever was under way comes to its end. */
async function end({ rig }: Life): Promise<void> {
  for (const id of proxies) {
    rig.fleet.manner(id, { kind: 'prompt' })
    const proxy = rig.fleet.nodes.get(id)
    proxy?.parked.clear()
    rig.fleet.connect(id)
  }
  await rig.talk()
  await rig.runOut()
  await rig.talk()
}

/** Where a service's requests go, by the applied world. */
function wantedRoutes(rig: Rig, names: readonly string[]): readonly string[] {
  const { applied: now } = rig.store.view()
  return names
    .flatMap((name) => {
      const traffic = now.get(`default/Traffic/${name}`)
      const object = now.get(`default/Service/${name}`)
      if (traffic?.kind !== 'Traffic' || object?.kind !== 'Service') return []
      return Object.keys(traffic.spec.weights).map(
        (each) => `default/${name}/${each}.${object.incarnations[each]}`,
      )
    })
    .sort()
}

describe('whatever happens to a fleet', () => {
  it('nobody is switched before all are prepared, nothing goes back or is lost, every command ends', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 40, size: 'max' }), async (actions) => {
        const life = await begin()
        for (const act of actions) await live(life, act)
        await end(life)
        const { rig } = life
        expect(rig.fleet.faults).toEqual([])
        expect(rig.logged.filter(({ level }) => level === 'error')).toEqual([])
        for (const push of rig.delivery.pushes(100)) expect(finalPhases, push.id).toContain(push.phase)
        const { heads, applied: now } = rig.store.view()
        expect([...heads]).toEqual([...now])
        for (const id of proxies) {
          const names = id.startsWith('edge') ? services : ['checkout']
          expect(rig.fleet.routesOf(id), id).toEqual(wantedRoutes(rig, names))
        }
      }),
      { numRuns: Number(process.env.PUSH_SIMULATION_RUNS ?? 60), interruptAfterTimeLimit: 120_000 },
    )
  }, 180_000)
})
