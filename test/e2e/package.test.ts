// The package as a user gets it: what is in the tarball, whether it installs, its types for other people's compilers, its
// client and its command.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir, hostname } from 'node:os'
import { join } from 'node:path'
import { publint } from 'publint'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Installed, installTarball, packTree, type Tarball } from '../support/packed.ts'

const root = join(import.meta.dirname, '..', '..')
let tarball: Tarball
let installed: Installed
beforeAll(async () => {
  tarball = await packTree()
  installed = await installTarball(tarball.file)
}, 180_000)
afterAll(() => {
  installed?.remove()
  tarball?.remove()
})

describe('the tarball', () => {
  it('holds what is needed to run, and nothing else', () => {
    const names = [...tarball.files.keys()]
    const folders = new Set(names.map((name) => name.split('/').slice(0, -1).slice(0, 2).join('/')))
    const rooms = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((each) => each.isDirectory())
    const wanted = [
      '',
      ...['dist', ...rooms.map(({ name }) => `dist/${name}`)],
      ...[
        'protos',
        'protos/google',
        'protos/grpc',
        'protos/verdigris',
        'envoy',
        'deploy/systemd',
        'deploy/vm',
      ],
      ...readdirSync(join(root, 'examples')).map((name) => `examples/${name}`),
    ]
    expect([...folders].sort()).toEqual(wanted.sort())
    expect(names.filter((name) => !name.includes('/')).sort()).toEqual([
      'LICENSE',
      'NOTICE',
      'README.md',
      'package.json',
    ])
    const kinds = new Set(
      names.filter((name) => name.startsWith('dist/')).map((name) => name.replace(/^.*?\./, '.')),
    )
    expect([...kinds].sort()).toEqual(['.d.ts', '.generated.d.ts', '.generated.js', '.js'])
    expect(
      names.filter((name) => /(^|\/)(test|tests|node_modules|\.\w+)\/|\.test\.|\.map$|\.tgz$/.test(name)),
    ).toEqual([])
  })

  it('is small', () => {
    const types = [...tarball.files.keys()].filter((name) => name.endsWith('.d.ts'))
    const { packed, unpacked, files } = tarball
    console.log(
      `packed ${packed} bytes, unpacked ${unpacked}, ${files.size} files, ${types.length} of them types`,
    )
    expect(packed).toBeLessThan(1_200_000)
    expect(unpacked).toBeLessThan(5_000_000)
    expect(types.length).toBeLessThan(60)
  })

  it('names no map that is not there, and no path of this machine', () => {
    const here = [root, homedir(), hostname()].filter((text) => text.length > 5)
    const bad = [...tarball.files]
      .filter(([, bytes]) => {
        const text = bytes.toString('latin1')
        return /sourceMappingURL=(?!data:)/.test(text) || here.some((each) => text.includes(each))
      })
      .map(([name]) => name)
    expect(bad).toEqual([])
  })

  it('is clean by publint', async () => {
    const bytes = readFileSync(tarball.file)
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
    const { messages } = await publint({ pack: { tarball: buffer }, strict: true })
    expect(messages).toEqual([])
  })
})

describe('installed into an empty folder', () => {
  it('opens the client and its package.json, and no other door', async () => {
    const open = async (specifier: string): Promise<string> => {
      const code = `import(${JSON.stringify(specifier)}).then(() => console.log('open'), (e) => console.log(e.code))`
      return (await installed.run(process.execPath, '--input-type=module', '-e', code)).stdout.trim()
    }
    expect(await open('verdigris/client')).toBe('open')
    expect(await open('verdigris')).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED')
    expect(await open('verdigris/dist/main.js')).toBe('ERR_PACKAGE_PATH_NOT_EXPORTED')
    const name = `console.log(require('verdigris/package.json').name)`
    expect((await installed.run(process.execPath, '-e', name)).stdout.trim()).toBe('verdigris')
  })

  it('loads for the client nothing of the server', async () => {
    // What was loaded is asked of the loader itself.
    writeFileSync(
      join(installed.folder, 'seen.mjs'),
      `import { register } from 'node:module'
       register('data:text/javascript,' + encodeURIComponent(\`export async function load(url, context, next) {
         if (url.startsWith('file:')) console.log(url)
         return next(url, context)
       }\`))
       await import('verdigris/client')
       for (const file of Object.keys(require.cache)) console.log(file)`.replace(
        'await import',
        `import { createRequire } from 'node:module'
       const require = createRequire(import.meta.url)
       await import`,
      ),
    )
    const { stdout } = await installed.run(process.execPath, 'seen.mjs')
    const packages = new Set(
      [...stdout.matchAll(/node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\//g)].map(([, name]) => name),
    )
    expect(packages).toContain('verdigris')
    expect(packages).toContain('@grpc/grpc-js')
    for (const foreign of [
      'classic-level',
      'hono',
      '@hono/node-server',
      'pino',
      'prom-client',
      'zod',
      'commander',
      'yaml',
      're2js',
    ]) {
      expect(packages).not.toContain(foreign)
    }
    const rooms = new Set([...stdout.matchAll(/verdigris\/dist\/(\w[\w-]*)\//g)].map(([, room]) => room))
    expect([...rooms].sort()).toEqual(['api', 'base', 'client'])
  })

  const typescript = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const consumer = (): string[] => {
    const folder = join(installed.folder, 'src')
    if (existsSync(folder)) return readdirSync(folder).map((name) => join('src', name))
    mkdirSync(folder)
    const page = readFileSync(join(root, 'docs', 'reference', 'client.md'), 'utf8')
    const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, text = '']) => text)
    blocks.forEach((text, index) => {
      writeFileSync(join(folder, `page-${index}.ts`), text)
    })
    for (const name of readdirSync(join(root, 'examples', 'client'))) {
      writeFileSync(join(folder, name), readFileSync(join(root, 'examples', 'client', name)))
    }
    writeFileSync(
      join(folder, 'types.ts'),
      `import { type Answer, connect, type PushRecord, type ServiceTraffic, VerdigrisError } from 'verdigris/client'
       const verdigris = connect({ server: 'localhost:1' })
       export const traffic: Answer<ServiceTraffic> = await verdigris.traffic.get({ service: 'x' })
       export const at: Date | null = traffic.at
       export const push: Answer<PushRecord> | undefined = await verdigris.arrived({ push: '1' })
       export const over: number | undefined = push?.ramp?.over ?? undefined
       export const conflict = (error: unknown): string | undefined =>
         error instanceof VerdigrisError && error.kind === 'conflict' ? error.winner : undefined
       // @ts-expect-error a misspelt field
       await verdigris.traffic.switch({ servce: 'x' })
       // @ts-expect-error a kind that there is not
       export const never = (error: VerdigrisError): boolean => error.kind === 'nothing'
       // @ts-expect-error a watch is no promise
       await verdigris.traffic.watch({ service: 'x' }).then(() => undefined)
      `,
    )
    return consumer()
  }
  const strict = [
    '--strict',
    '--noUncheckedIndexedAccess',
    '--exactOptionalPropertyTypes',
    '--target',
    'es2022',
  ]

  it.each([
    ['node16', ['--module', 'node16', '--moduleResolution', 'node16', '--outDir', 'out']],
    ['bundler', ['--module', 'esnext', '--moduleResolution', 'bundler', '--noEmit']],
  ])('has types that hold for a strict consumer with %s resolution', async (_, options) => {
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules', '@types')]
    const compiled = installed.run(
      process.execPath,
      typescript,
      ...strict,
      ...options,
      ...types,
      ...consumer(),
    )
    const output = await compiled.then(
      () => '',
      (error: { readonly stdout: string }) => error.stdout,
    )
    expect(output).toBe('')
  })

  it.skipIf(process.env.PACKAGE_DEMO !== 'all')(
    'tells the whole story of the demo by npx',
    async () => {
      const { stdout } = await installed.run('npx', '--no-install', 'verdigris', 'demo', '--once', '--json')
      const { claims } = JSON.parse(stdout)
      expect(claims.length).toBeGreaterThan(5)
      expect(claims.filter(({ holds }: { readonly holds: boolean }) => !holds)).toEqual([])
    },
    300_000,
  )

  it('has a command that serves, and examples of the client that move its traffic', async () => {
    const { run } = installed
    const verdigris = join('node_modules', '.bin', 'verdigris')
    const version = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version
    expect((await run('npx', '--no-install', 'verdigris', '--version')).stdout.trim()).toBe(version)
    const single = join('node_modules', 'verdigris', 'examples', 'single')
    expect((await run(verdigris, 'validate', '-f', single)).stdout).toContain('valid')
    const server = await installed.serve()
    try {
      await run(verdigris, 'apply', '-f', single, '--server', server.admin, '--wait')
      process.env.VERDIGRIS_SERVER = server.admin
      const example = (name: string, ...args: string[]) =>
        run(process.execPath, join('out', `${name}.js`), ...args)
      expect((await example('switch-and-wait', 'checkout', 'green')).stdout).toMatch(/^r\d+: /)
      expect((await example('switch-and-wait', 'checkout', 'green')).stdout).toBe('it is there already\n')
      const refused = await example('switch-and-wait', 'checkout', 'red').catch((error) => error)
      expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('red') })
      await example('switch-and-wait', 'checkout', 'blue')
      expect((await example('canary', 'checkout')).stdout).toBe(
        'green has 5 %\ngreen has 25 %\ngreen has 100 %\n',
      )
      expect((await example('apply-objects')).stdout).toMatch(/^Service catalog: CREATED\n/)
      const watched = (name: string, said: RegExp) =>
        installed.until(said, process.execPath, join('out', `${name}.js`))
      expect(await watched('follow-events', / push_\w+ \{.*\}\n/)).toMatchObject({ code: 0 })
      const registered = join('node_modules', 'verdigris', 'examples', 'endpoints', 'checkout.yaml')
      await run(verdigris, 'apply', '-f', registered, '--server', server.admin, '--in-place', '--wait')
      expect(await watched('register-endpoints', /^1 endpoints, \d renewed\n/)).toMatchObject({ code: 0 })
    } finally {
      delete process.env.VERDIGRIS_SERVER
      expect(await server.stop()).toBe(0)
    }
  }, 180_000)
})
