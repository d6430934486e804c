// Reflection: from our own descriptors, whole enough for grpcurl.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import protobuf from 'protobufjs'
import descriptor from 'protobufjs/ext/descriptor.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createReflection, encodeFile, loadDescriptors } from '../../../src/admin/index.ts'
import { type Rig, startRig } from './rig.ts'

const files = loadDescriptors()

describe('the descriptors', () => {
  it('can be linked by themselves: every type and every import is there', () => {
    const set = descriptor.FileDescriptorSet.fromObject({ file: files.map((file) => ({ ...file })) })
    const root = protobuf.Root.fromDescriptor(descriptor.FileDescriptorSet.encode(set).finish())
    expect(() => root.resolveAll()).not.toThrow()
    const names = new Set(files.map((file) => file.name))
    expect(files.flatMap((file) => file.dependency).filter((name) => !names.has(name))).toEqual([])
  })
})

describe('reflection', () => {
  const answer = createReflection(files, encodeFile)

  it('lists the services that are served', () => {
    const listed = answer({ listServices: '' })
    expect(
      'listServicesResponse' in listed ? listed.listServicesResponse.service.map(({ name }) => name) : [],
    ).toEqual([
      'grpc.health.v1.Health',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
      'verdigris.admin.v1alpha1.Config',
      'verdigris.admin.v1alpha1.Endpoints',
      'verdigris.admin.v1alpha1.Events',
      'verdigris.admin.v1alpha1.Nodes',
      'verdigris.admin.v1alpha1.Push',
      'verdigris.admin.v1alpha1.Store',
      'verdigris.admin.v1alpha1.Traffic',
    ])
  })

  it.each([
    'verdigris.admin.v1alpha1.Push',
    'verdigris.admin.v1alpha1.Push.Wait',
    'verdigris.admin.v1alpha1.WaitPushRequest.Until',
    '.verdigris.admin.v1alpha1.PushRecord',
  ])('finds the file of %s, with all that it imports', (symbol) => {
    const found = answer({ fileContainingSymbol: symbol })
    expect(
      'fileDescriptorResponse' in found ? found.fileDescriptorResponse.fileDescriptorProto : [],
    ).toHaveLength(5)
  })

  it.each([
    [{ fileContainingSymbol: 'absent.Thing' }, 5],
    [{ fileByFilename: '../../etc/passwd' }, 5],
    [{ fileContainingExtension: {} }, 5],
    [{ allExtensionNumbersOfType: 'absent' }, 5],
    [{}, 3],
  ])('answers %j with an error and goes on', (request, errorCode) => {
    expect(answer(request)).toMatchObject({ errorResponse: { errorCode } })
  })
})

const grpcurl = [
  process.env.GRPCURL,
  ...(process.env.PATH ?? '').split(':').map((folder) => join(folder, 'grpcurl')),
].find((file) => file !== undefined && existsSync(file))
if (grpcurl === undefined) console.log('skipped: grpcurl is neither on PATH nor in $GRPCURL')

describe.skipIf(grpcurl === undefined)('grpcurl', () => {
  let rig: Rig
  beforeAll(async () => {
    rig = await startRig()
    rig.server.setServing(true)
  })
  afterAll(() => rig.close())
  /** grpcurl runs beside the server of this very process, so it must not block it. */
  const ask = async (...args: string[]): Promise<string> => {
    const { spawn } = await import('node:child_process')
    return new Promise((resolve) => {
      const child = spawn(grpcurl ?? '', ['-plaintext', ...args])
      let text = ''
      child.stdout.on('data', (part) => (text += part))
      child.stderr.on('data', (part) => (text += part))
      child.on('close', () => resolve(text))
    })
  }

  it('lists, describes and calls', async () => {
    const at = `127.0.0.1:${rig.port}`
    expect(await ask(at, 'list')).toContain('verdigris.admin.v1alpha1.Traffic')
    expect(await ask(at, 'describe', 'verdigris.admin.v1alpha1.PushTimings')).toContain(
      'optional double committed_ms = 1',
    )
    expect(JSON.parse(await ask(at, 'verdigris.admin.v1alpha1.Push/List'))).toEqual({})
    expect(JSON.parse(await ask(at, 'grpc.health.v1.Health/Check'))).toEqual({ status: 'SERVING' })
    expect(spawnSync(grpcurl ?? '', ['-version']).status).toBe(0)
  })

  it('sends manifests as JSON and shows rich errors', async () => {
    const manifest =
      '{"objects":[{"apiVersion":"verdigris.dev/v1alpha1","kind":"Rout","metadata":{"name":"web"}}]}'
    const said = await ask('-d', manifest, `127.0.0.1:${rig.port}`, 'verdigris.admin.v1alpha1.Config/Apply')
    expect(said).toContain('Code: InvalidArgument')
    expect(said).toContain('objects[0]')
    expect(said).toContain('Route')
  })
})
