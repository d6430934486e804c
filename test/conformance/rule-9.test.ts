// Rule 9, verified: whether an Envoy that refused something is repaired by its last good set under the version that it had,
// and under a new one. A bare server asks; the answer is a table in docs/decisions/nack-repair.md.
import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts, openScope, type Scope } from '../../src/demo/rig/index.ts'
import { envoyReleases } from '../../src/envoy-binary/index.ts'
import { expectBlock, row } from '../support/generated-block.ts'
import { describeWithBothEnvoys, envoyBinary, supportedEnvoys } from '../support/with-envoy.ts'
import { nackWorld, type Reason, type Refusable, reasons, refusable } from './support/nack-world.ts'
import { startTrials, type Trials, type Way, ways } from './support/rule-9-trial.ts'

/** Trials per type, reason, way, Envoy and variant. Each of three resources is the bad one twice. */
const repeats = 6

/** By type and reason: what the trials of one Envoy and variant came to. */
type Cells = Map<string, string>

describeWithBothEnvoys('an Envoy that has refused a response', () => {
  const columns = supportedEnvoys.flatMap((release) =>
    (['sotw', 'delta'] as const).map((variant) => ({ release, variant, cells: new Map() as Cells })),
  )
  let scope: Scope
  let holder: Server
  let taken = 0
  beforeAll(async () => {
    scope = await openScope('rule-9')
    holder = createServer()
    taken = await new Promise((resolve) => {
      holder.listen(0, '127.0.0.1', () => {
        const address = holder.address()
        resolve(typeof address === 'object' && address !== null ? address.port : 0)
      })
    })
  })
  afterAll(async () => {
    await scope?.close()
    holder?.close()
  })

  describe.each(columns)('$release, $variant', ({ release, variant, cells }) => {
    let trials: Trials
    beforeAll(async () => {
      const [endpoint = 0, ...ports] = await freePorts(5)
      const world = nackWorld({ ports, taken, endpoint })
      trials = await startTrials(scope, { binary: envoyBinary(release), variant, world })
    })
    afterAll(() => trials?.close())

    it.each(refusable.flatMap((type) => reasons.map((reason) => ({ type, reason }))))(
      'holds the last good set after a $reason refusal of $type when it is sent again',
      async ({ type, reason }) => {
        cells.set(`${type} ${reason}`, await cellOf(trials, type, reason))
      },
    )

    it('is in a mixed state until then', async () => {
      expect(await trials.leaveMixed('cds')).not.toBe('')
    })
  })

  it('does as the table says', () => {
    const heads = columns.map(
      ({ release, variant }) => `${envoyReleases[release].version} ${variant === 'sotw' ? 'SotW' : variant}`,
    )
    const lines = refusable.flatMap((type) =>
      reasons.map((reason) =>
        row(type.toUpperCase(), reason, ...columns.map(({ cells }) => cells.get(`${type} ${reason}`) ?? '')),
      ),
    )
    const table = [
      row('type', 'refused for', ...heads),
      row('---', '---', ...heads.map(() => '---')),
      ...lines,
    ]
    expectBlock('../decisions/nack-repair.md', 'repair', table.join('\n'))
  })
})

/** `in part; both`: something of the refused response was applied; the equal version and the new one repair. */
async function cellOf(trials: Trials, type: Refusable, reason: Reason): Promise<string> {
  let partly = false
  const repairing: Way[] = []
  for (const way of ways) {
    let repaired = true
    for (let trial = 0; trial < repeats; trial += 1) {
      const result = await trials.run(type, reason, way)
      partly ||= result.partly
      repaired &&= result.repaired
      if (!result.repaired) process.stderr.write(`${type} ${reason} ${way}: ${result.failure}\n`)
    }
    if (repaired) repairing.push(way)
  }
  const by = repairing.length === 0 ? 'neither' : repairing.length === 2 ? 'both' : `${repairing[0]} only`
  return `${partly ? 'in part' : 'nothing'}; ${by}`
}
