// The second opinion: one field after another of everything that is emitted is changed, and both our checks and a real Envoy
// judge it. `npm run validate:oracle` tries all of them; here every 23rd. docs/decisions/validation.md tells the rest.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { row } from '../../support/generated-block.ts'
import { describeWithBothEnvoys, envoyBinary, supportedEnvoys } from '../../support/with-envoy.ts'
import { allMutations, countsOf, type Judged, judgeAll } from './judge.ts'
import { knownDifferences } from './known.ts'
import { startLiveEnvoy } from './live-envoy.ts'
import { canBeStatic, staticVerdict } from './static-envoy.ts'
import { baseWorlds } from './world.ts'

const all = process.env.VALIDATION === 'all'
/** Of those sent to a live Envoy, and of forms, which cost a process each. */
const [step, formStep] = all ? [1, 1] : [23, 90]

describe('the mutations', () => {
  it('are more than 2,000, each once, of every class and type', () => {
    const mutations = allMutations().flatMap((each) => each.mutations)
    expect(mutations.length).toBeGreaterThan(2_500)
    expect(mutations.filter((each) => each.class !== 'form').length).toBeGreaterThan(2_000)
    expect(new Set(mutations.map(({ id }) => id)).size).toBe(mutations.length)
    expect(new Set(mutations.map(({ typeUrl }) => typeUrl)).size).toBe(7)
  })

  it('that are judged differently are listed in the decisions, with the reason', () => {
    const lines = knownDifferences.map(({ alone, ids, why, on }) =>
      row(
        alone,
        on === undefined ? 'both' : on,
        ids.map((id) => `\`${id.replaceAll('`', '')}\``).join('<br>'),
        why,
      ),
    )
    expectBlock(
      'differences',
      [row('who refuses', 'Envoy', 'changes', 'why'), row('---', '---', '---', '---'), ...lines].join('\n'),
    )
  })
})

describeWithBothEnvoys('a real Envoy and our checks', () => {
  it.each(supportedEnvoys)('take every golden as it is, and know its every field (%s)', async (release) => {
    for (const { resources } of baseWorlds()) {
      // Throws when one is refused.
      await (await startLiveEnvoy(envoyBinary(release), resources)).close()
    }
    // On the wire an unknown field is passed over; as JSON it is refused.
    const [everything] = baseWorlds()
    for (const { typeUrl, json, name } of everything?.resources.filter(canBeStatic) ?? []) {
      expect(await staticVerdict(envoyBinary(release), typeUrl, json), name).toEqual({ kind: 'taken' })
    }
  })

  it.each(supportedEnvoys)(
    'agree on 99 of 100 changes and on every one that is not listed (%s)',
    { timeout: 900_000 },
    async (release) => {
      const judged = await judgeAll(release, envoyBinary(release), step, formStep)
      const surprises = judged.flatMap(({ mutation, difference }) =>
        difference === undefined || difference.known !== undefined
          ? []
          : [`${difference.alone} alone refuses: ${mutation.id}: ${difference.said.slice(0, 300)}`],
      )
      expect(surprises).toEqual([])
      // A sample holds too few for a share of them.
      if (!all) return
      const counts = countsOf(judged)
      const [tried = 0, , , we = 0, envoy = 0, unknown = 0] = counts.get('all') ?? []
      expect((we + envoy) / (tried - unknown)).toBeLessThanOrEqual(0.01)
      expectBlock(`results on the ${release} Envoy`, table(judged))
    },
  )
})

function table(judged: readonly Judged[]): string {
  const head = [
    'change',
    'tried',
    'refused by both',
    'taken by both',
    'we alone refuse',
    'Envoy alone refuses',
    'unknown to this Envoy',
  ]
  const rows = [...countsOf(judged)].map(([kind, numbers]) => row(kind, ...numbers.map(String)))
  return [row(...head), row(...head.map(() => '---')), ...rows].join('\n')
}

/** As in docs/reference: a block of the page that this test makes. VERDIGRIS_UPDATE=1 rewrites it. */
function expectBlock(name: string, text: string): void {
  const file = join(import.meta.dirname, '..', '..', '..', 'docs', 'decisions', 'validation.md')
  const [start, end] = [`<!-- made by a test: ${name} -->\n`, `<!-- end: ${name} -->`]
  const content = readFileSync(file, 'utf8')
  const from = content.indexOf(start)
  const to = content.indexOf(end)
  expect(from >= 0 && to > from, `the page has no block "${name}"`).toBe(true)
  const block = `\n${text}\n\n`
  if (process.env.VERDIGRIS_UPDATE === '1') {
    writeFileSync(file, content.slice(0, from + start.length) + block + content.slice(to))
  } else
    expect(content.slice(from + start.length, to), 'VERDIGRIS_UPDATE=1 npm run validate:oracle').toBe(block)
}
