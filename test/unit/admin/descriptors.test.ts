// The API is final from its first release: descriptors grow, nothing in them is renumbered, retyped or removed.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { adminApiTypes } from '../../../scripts/admin-api-types.ts'
import { type FileShape, loadDescriptors, notAdditive } from '../../../src/admin/index.ts'

const baselineFile = join(import.meta.dirname, 'descriptors.baseline.json')
const typesFile = join(import.meta.dirname, '..', '..', '..', 'src', 'api', 'api.generated.ts')
const update = process.env.VERDIGRIS_UPDATE === '1'
const api = 'verdigris.admin.v1alpha1'

const now = loadDescriptors().filter((file) => file.package === api)
const readBaseline = (): FileShape[] =>
  existsSync(baselineFile) ? (JSON.parse(readFileSync(baselineFile, 'utf8')) as FileShape[]) : []

/** A copy of the API with one change made to it. */
const changed = (edit: (text: string) => string): FileShape[] =>
  JSON.parse(edit(JSON.stringify(now))) as FileShape[]

describe('the descriptors of the admin API', () => {
  it('only grow: compared with the committed baseline nothing is gone, renumbered or retyped', () => {
    const faults = notAdditive(readBaseline(), now)
    expect(faults).toEqual([])
    // The flag writes what was added, and never what was changed: the line above has refused that.
    if (update) writeFileSync(baselineFile, `${JSON.stringify(now, undefined, 1)}\n`)
    expect(
      notAdditive(now, readBaseline()),
      'the API grew: run VERDIGRIS_UPDATE=1 npx vitest run test/unit/admin/descriptors.test.ts',
    ).toEqual([])
  })

  it('are the source of the types that server and client use', () => {
    const text = adminApiTypes(now, api)
    if (update) writeFileSync(typesFile, text)
    expect(readFileSync(typesFile, 'utf8')).toBe(text)
  })

  it.each([
    [
      'a field of another number',
      (text: string) => text.replace('"name":"etag","number":3', '"name":"etag","number":33'),
    ],
    [
      'a field of another type',
      (text: string) =>
        text.replace(
          '"number":3,"jsonName":"etag","label":1,"type":9',
          '"number":3,"jsonName":"etag","label":1,"type":12',
        ),
    ],
    [
      'a renamed field',
      (text: string) => text.replace('"name":"etag","number":3', '"name":"tag","number":3'),
    ],
    ['a renamed enum value', (text: string) => text.replace('"PUSH_PHASE_SPLIT"', '"PUSH_PHASE_TORN"')],
    [
      'a method that streams now',
      (text: string) => text.replace('"clientStreaming":false', '"clientStreaming":true'),
    ],
    [
      'another path of HTTP',
      (text: string) => text.replace('"path":"/v1alpha1/objects:apply"', '"path":"/v1alpha1/objects:put"'),
    ],
    ['a message that is gone', (text: string) => text.replace('"name":"Refusal"', '"name":"Rebuff"')],
    [
      'a number used again',
      (text: string) => text.replace('"name":"verdict","number":13', '"name":"summary","number":13'),
    ],
  ])('are not additive after %s', (_what, edit) => {
    expect(changed(edit)).not.toEqual(now)
    expect(notAdditive(now, changed(edit))).not.toEqual([])
  })

  it('are additive after a new field', () => {
    const grown = changed((text) =>
      text.replace(
        '{"name":"verdict","number":13',
        '{"name":"lane","number":99,"jsonName":"lane","label":1,"type":9},{"name":"verdict","number":13',
      ),
    )
    expect(grown).not.toEqual(now)
    expect(notAdditive(now, grown)).toEqual([])
  })
})
