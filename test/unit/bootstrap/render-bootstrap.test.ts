import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { bootstrapJson, parseBootstrapOptions, renderBootstrap } from '../../../src/bootstrap/index.ts'
import { shippedBootstraps } from './files.ts'

const envoyFolder = join(import.meta.dirname, '..', '..', '..', 'envoy')

describe('the bootstraps in envoy/', () => {
  // A changed bootstrap means that every user has to restart a fleet: `npx vitest run test/unit/bootstrap -u` rewrites them.
  it.each([...shippedBootstraps])('%s is what the renderer gives', async (name, options) => {
    await expect(renderBootstrap(options)).toMatchFileSnapshot(join(envoyFolder, name))
  })
})

describe('renderBootstrap', () => {
  it('gives YAML that reads back as the bootstrap itself', () => {
    for (const options of shippedBootstraps.values()) {
      expect(parse(renderBootstrap(options))).toEqual(bootstrapJson(options))
    }
  })

  it('resolves a control plane that is given by name and takes an address as it is', () => {
    const typeOf = (xdsAddress: string) => {
      const parsed = parseBootstrapOptions({ nodeId: 'a', nodeCluster: 'b', xdsAddress })
      if (!parsed.ok) throw new Error(parsed.error.message)
      return /name: verdigris\n\s+type: (\w+)/.exec(renderBootstrap(parsed.value))?.[1]
    }
    expect(typeOf('10.0.0.1')).toBe('STATIC')
    expect(typeOf('::1')).toBe('STATIC')
    expect(typeOf('verdigris.internal')).toBe('STRICT_DNS')
  })
})

describe('bootstrap options', () => {
  it.each([
    ['nodeId', { nodeId: '' }, 'must not be empty, found ""'],
    ['nodeId', { nodeId: 'edge 1' }, 'wanted printable ASCII without spaces, found "edge 1"'],
    ['nodeId', { nodeId: 'é' }, 'wanted printable ASCII'],
    ['nodeId', { nodeId: 'x'.repeat(300) }, '(302 characters)'],
    ['nodeCluster', { nodeCluster: 'a\nb' }, 'wanted printable ASCII'],
    ['xdsPort', { xdsPort: 0 }, 'wanted a port from 1 to 65535, found 0'],
    ['adminPort', { adminPort: 70_000 }, 'wanted a port from 0 to 65535, found 70000'],
    ['xdsAddress', { xdsAddress: 'host:80/' }, 'wanted a host name or an IP address'],
    ['variant', { variant: 'grpc' }, 'found "grpc"'],
    ['maxHeapMiB', { maxHeapMiB: 1 }, 'wanted at least 64, found 1'],
    ['tls', { tls: { ca: 'ca.crt', certificate: 'a.crt' } }, 'certificate and key go together'],
  ])('names %s when it is wrong', (path, part, message) => {
    const parsed = parseBootstrapOptions({ nodeId: 'edge-1', nodeCluster: 'edge', ...part })
    expect(parsed.ok).toBe(false)
    if (parsed.ok || parsed.error.kind !== 'invalid') return
    expect(parsed.error.violations).toHaveLength(1)
    expect(parsed.error.violations[0]?.path).toBe(path)
    expect(parsed.error.violations[0]?.message).toContain(message)
  })

  it('refuses an option that does not exist', () => {
    const parsed = parseBootstrapOptions({ nodeId: 'edge-1', nodeCluster: 'edge', xdsport: 1 })
    expect(!parsed.ok && parsed.error.message).toContain('xdsport')
  })
})
