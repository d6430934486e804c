// The package as a user gets it: packed from this tree, installed into an empty folder.
import { execFile, spawn } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'

const root = join(import.meta.dirname, '..', '..')
const run = promisify(execFile)

export interface Tarball {
  readonly file: string
  /** Bytes. */
  readonly packed: number
  readonly unpacked: number
  /** Path within the package → its bytes. */
  readonly files: ReadonlyMap<string, Buffer>
  remove(): void
}

/** Packs what was built (`npm run build`). */
export async function packTree(): Promise<Tarball> {
  if (!existsSync(join(root, 'dist', 'client', 'public.js'))) throw new Error('not built: npm run build')
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'verdigris-pack-'))
  await run('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root })
  const file = join(folder, readdirSync(folder)[0] ?? '')
  const bytes = readFileSync(file)
  const files = untar(gunzipSync(bytes))
  const unpacked = [...files.values()].reduce((sum, { length }) => sum + length, 0)
  return {
    file,
    packed: bytes.length,
    unpacked,
    files,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}

/** The regular files of a tar as npm writes it: ustar, long paths in a prefix. */
function untar(tar: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  const text = (start: number, length: number): string =>
    tar.toString('utf8', start, start + length).replace(/\0.*$/s, '')
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8)
    const prefix = text(at + 345, 155)
    const name = `${prefix === '' ? '' : `${prefix}/`}${text(at, 100)}`
    const type = text(at + 156, 1)
    if (type !== '0' && type !== '') throw new Error(`${name}: entry of type ${type}`)
    files.set(name.replace(/^package\//, ''), tar.subarray(at + 512, at + 512 + size))
    at += 512 + Math.ceil(size / 512) * 512
  }
  return files
}

export interface Installed {
  readonly folder: string
  /** Runs something in the folder; rejects when it fails. */
  run(command: string, ...args: string[]): Promise<{ readonly stdout: string; readonly stderr: string }>
  /** Runs something until it has said this, then stops it as Ctrl-C does. */
  until(
    said: RegExp,
    command: string,
    ...args: string[]
  ): Promise<{ readonly stdout: string; readonly code: number | null }>
  /** `npx verdigris serve` on ports of its own; gives the address of its admin API. */
  serve(): Promise<{ readonly admin: string; readonly http: string; stop(): Promise<number | null> }>
  remove(): void
}

/** Installs it into an empty folder, with what npm has at hand first. */
export async function installTarball(file: string): Promise<Installed> {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'verdigris-install-'))
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const inFolder: Installed['run'] = (command, ...args) =>
    run(command, args, { cwd: folder, env: { ...process.env, NO_COLOR: '1' }, maxBuffer: 64 * 1024 * 1024 })
  await inFolder('npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', file)
  return {
    folder,
    run: inFolder,
    until: (said, command, ...args) =>
      new Promise((resolve, reject) => {
        const child = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
        let stdout = ''
        let isStopped = false
        child.on('error', reject)
        child.stdout.on('data', (chunk) => {
          stdout += chunk
          if (isStopped || !said.test(stdout)) return
          isStopped = true
          child.kill('SIGINT')
        })
        child.on('close', (code) => resolve({ stdout, code }))
      }),
    serve: async () => {
      const bin = join(folder, 'node_modules', '.bin', 'verdigris')
      const ports = ['--xds-port', '0', '--admin-port', '0', '--http-port', '0', '--settle', '0s']
      const child = spawn(bin, ['serve', '--data-dir', 'data', '--log-format', 'json', ...ports], {
        cwd: folder,
      })
      const addresses = await new Promise<{ admin: string; http: string }>((resolve, reject) => {
        let said = ''
        child.stderr.on('data', (chunk) => {
          said += chunk
          const line = said.split('\n').find((each) => each.includes('"event":"serving"'))
          if (line !== undefined) resolve(JSON.parse(line))
        })
        child.on('exit', (code) => reject(new Error(`serve ended with ${code}: ${said}`)))
      })
      return {
        ...addresses,
        stop: () =>
          new Promise((resolve) => {
            child.removeAllListeners('exit').on('exit', (code) => resolve(code))
            child.kill('SIGTERM')
          }),
      }
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  }
}
