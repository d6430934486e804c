// examples/endpoints: files of endpoints that are taken as they stand, and those that are refused with the words they promise.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseEndpointsFile } from '../../../src/model/index.ts'
import { createRig } from '../push/support/rig.ts'
import { openScene } from './scene.ts'

const folder = join(import.meta.dirname, '..', '..', '..', 'examples', 'endpoints')
const filesIn = (name: string) =>
  readdirSync(join(folder, name)).map(
    (file) => [file, readFileSync(join(folder, name, file), 'utf8')] as const,
  )
const read = (file: string): string => readFileSync(join(folder, file), 'utf8')

async function open() {
  const rig = await createRig()
  await rig.apply(`${read('fleet.yaml')}---\n${read('checkout.yaml')}`)
  return openScene(rig)
}

describe('examples/endpoints', () => {
  it.each(filesIn('registered'))('%s is taken, and renews when it is read again', async (file, text) => {
    const scene = await open()
    const parsed = parseEndpointsFile(text, file)
    if ('violations' in parsed) throw new Error(JSON.stringify(parsed.violations))
    for (const { path: _path, ...entry } of parsed.value) {
      const command = { ...entry, verb: 'set' as const, owner: 'file', force: false }
      const { incarnation, release, ...rest } = command
      const target = {
        ...(incarnation === undefined ? {} : { incarnation }),
        ...(release === undefined ? {} : { release }),
      }
      expect(await scene.must({ ...rest, ...target })).toMatchObject({ added: entry.endpoints.length })
      expect(await scene.must({ ...rest, ...target })).toMatchObject({ renewed: entry.endpoints.length })
    }
    expect(scene.discovery.list({})).toHaveLength(4)
  })

  it.each(filesIn('broken'))('broken/%s is refused as it says', async (file, text) => {
    const expected = text
      .split('\n')
      .filter((line) => line.startsWith('#   '))
      .map((line) => line.slice(4))
    expect(expected.length).toBeGreaterThan(0)
    const parsed = parseEndpointsFile(text, file)
    const violations = async () => {
      if ('violations' in parsed) return parsed.violations
      const [entry] = parsed.value
      if (entry === undefined) throw new Error('nothing there')
      const { namespace, service, environment, endpoints } = entry
      const scene = await open()
      const problem = await scene.why({
        ...{ namespace, service, environment, endpoints, verb: 'set', owner: 'file', force: false },
      })
      return problem.kind === 'invalid' ? problem.violations : []
    }
    const found = (await violations()).map(({ line, column, path, message }) => {
      const at = line === undefined ? '' : `${line}:${column} `
      return `${at}${path === '' ? '' : `${path}: `}${message}`
    })
    expect(found).toEqual(expected)
  })
})
