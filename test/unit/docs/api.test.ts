// The page of the API is what the protos say, and they leave nothing unsaid.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { apiEntries, apiReference, type ProtoFile } from '../../../scripts/api-reference.ts'

const root = join(import.meta.dirname, '..', '..', '..')
const folder = join(root, 'protos', 'verdigris', 'admin', 'v1alpha1')
const page = join(root, 'docs', 'reference', 'api.md')
const files: readonly ProtoFile[] = readdirSync(folder)
  .filter((name) => name.endsWith('.proto'))
  .map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }))

/** Names of fields that say all that there is to say, wherever they stand. */
const speaking = new Set([
  ...['namespace', 'kind', 'name', 'service', 'environment', 'release', 'digest', 'incarnation', 'owner'],
  ...['key', 'objects', 'target', 'targets', 'endpoint', 'endpoints', 'address', 'port', 'ports', 'locality'],
  ...['options', 'actor', 'reason', 'at', 'revision', 'revisions', 'push', 'pushes', 'request_id', 'message'],
  ...['region', 'zone', 'sub_zone', 'nodes', 'generation', 'generations', 'cohort', 'mirror', 'started_at'],
  ...['ended_at', 'page_token', 'next_page_token', 'dry_run', 'connected', 'last_seen', 'event', 'epoch'],
])

describe('docs/reference/api.md', () => {
  it('is what scripts/api-reference.ts makes of the protos', () => {
    const text = apiReference(files)
    if (process.env.VERDIGRIS_UPDATE === '1') writeFileSync(page, text)
    expect(readFileSync(page, 'utf8'), 'VERDIGRIS_UPDATE=1 npx vitest run test/unit/docs/api.test.ts').toBe(
      text,
    )
  })

  it('says of every service, method and message what it is', () => {
    const silent = apiEntries(files).filter(
      ({ kind, name, comment }) =>
        comment === '' &&
        (kind === 'service' ||
          kind === 'method' ||
          // What goes in and comes out of one method is told there.
          (kind === 'message' && !/(Request|Response)$/.test(name))),
    )
    expect(silent.map(({ name }) => name)).toEqual([])
  })

  it('says of every field and value what it means, unless its name does', () => {
    const silent = apiEntries(files).filter(
      ({ kind, name, comment }) =>
        comment === '' &&
        ((kind === 'field' && !speaking.has(name.split('.').at(-1) ?? '')) ||
          (kind === 'value' && !name.endsWith('_UNSPECIFIED'))),
    )
    expect(silent.map(({ name }) => name)).toEqual([])
  })

  it('has a section for every method, message and enum', () => {
    const text = readFileSync(page, 'utf8')
    const wanted = apiEntries(files).filter(
      ({ kind }) => kind === 'method' || kind === 'message' || kind === 'enum',
    )
    expect(wanted.length).toBeGreaterThan(60)
    expect(wanted.filter(({ name }) => !text.includes(`### ${name}\n`))).toEqual([])
  })
})
