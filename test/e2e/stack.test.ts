// The set-up of docker-compose.yml, without containers, on real Envoys and a real Prometheus: the dashboard has data, nothing fires
// while all is well, and faults are noticed. `npm run stack -- --once` is the same.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openScope, type Scope } from '../../src/demo/rig/index.ts'
import { absentHere, checkHealth, checkRules, provocations, provoke, stillServes } from '../stack/check.ts'
import { alerts, panelQueries, seriesIn } from '../stack/deployed.ts'
import { type Stack, startStack } from '../stack/stack.ts'
import { describeWithEnvoy, envoyBinary } from '../support/with-envoy.ts'
import { describeWithPrometheus, prometheusHere } from '../support/with-prometheus.ts'

describeWithPrometheus('the stack', () => {
  it('has a configuration that promtool takes, and rules whose unit tests hold', async () => {
    await checkRules(prometheusHere())
  })

  describeWithEnvoy('on two Envoys', () => {
    let scope: Scope
    let stack: Stack
    beforeAll(async () => {
      scope = await openScope('stack')
      const [envoy, prometheus] = [envoyBinary(), prometheusHere()]
      stack = await startStack(scope, { envoy, prometheus, everyMs: 1_000, knownPorts: false })
    }, 90_000)
    afterAll(() => scope.close())

    it('gives every query of the dashboard data, and fires no alert, while traffic moves', async () => {
      const { queries, ...found } = await checkHealth(stack)
      expect(found).toEqual({ empty: [], unexpected: [], unrecorded: [], firing: [] })
      expect(queries).toBeGreaterThan(50)
    })

    it('has every series that the dashboard and the alerts name', async () => {
      const named = [...panelQueries(), ...alerts()].flatMap(({ expr }) => seriesIn(expr))
      const there = await stack.prometheus.query('count by (__name__) ({__name__=~".+"})')
      const names = new Set(there.map(({ labels }) => labels.__name__))
      const missing = [...new Set(named)].filter((name) => name !== 'ALERTS' && !names.has(name))
      expect(missing.sort()).toEqual([...absentHere].sort())
    })

    it.each(provocations)('notices that: $what', async (provocation) => {
      await provoke(stack, scope, provocation)
    })

    it('serves on without its control plane', async () => {
      await stillServes(stack)
    })
  })
})
