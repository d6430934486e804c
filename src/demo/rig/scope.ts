// Owns what a demo or a test starts: processes and folders. Closing the scope ends and removes them all; if this process
// dies first, by whatever signal, a guard process does it.
import { type ChildProcess, type StdioOptions, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { childScript } from './child-script.ts'

export interface Ended {
  readonly code: number | undefined
  readonly signal: NodeJS.Signals | undefined
}

/** A process of a scope. */
export interface Running {
  readonly name: string
  readonly pid: number
  readonly child: ChildProcess
  /** Resolves when it has ended and its pipes are closed. Never rejects. */
  readonly ended: Promise<Ended>
  /** Undefined while it runs. */
  readonly end: () => Ended | undefined
  /** SIGTERM, and SIGKILL when it has not ended after this many ms. Resolves when it has ended. */
  stop(graceMs: number): Promise<Ended>
  /** SIGKILL at once. */
  kill(): Promise<Ended>
}

export interface StartOptions {
  readonly env?: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  readonly stdio?: StdioOptions
}

export interface Scope {
  /** A new empty folder that is removed with the scope. */
  folder(): Promise<string>
  /** Starts a process in a session of its own, so that Ctrl-C reaches only us, and we end it in order. */
  start(name: string, command: string, args: readonly string[], options?: StartOptions): Promise<Running>
  /** Ends every process (SIGTERM, after 2 s SIGKILL), then removes every folder. Safe to call twice. */
  close(): Promise<void>
}

/** Opens a scope. Folders begin with `verdigris-<purpose>-` in the system's temporary folder. */
export async function openScope(purpose: string): Promise<Scope> {
  const guard = spawn(process.execPath, [childScript('guard-child')], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  await new Promise<void>((resolve, reject) => {
    guard.once('spawn', resolve)
    guard.once('error', reject)
  })
  guard.unref()
  const { stdin } = guard
  // The guard may be killed by hand; the scope works on without it.
  stdin.on('error', () => undefined)
  const tell = (line: string): void => {
    stdin.write(`${line}\n`)
  }

  const running = new Set<Running>()
  const folders = new Set<string>()
  let closing: Promise<void> | undefined

  async function close(): Promise<void> {
    await Promise.all([...running].map((one) => one.stop(2_000)))
    await Promise.all(
      [...folders].map((folder) => rm(folder, { recursive: true, force: true, maxRetries: 3 })),
    )
    stdin.end()
  }

  return {
    async folder() {
      const folder = await mkdtemp(join(tmpdir(), `verdigris-${purpose}-`))
      tell(`+folder ${folder}`)
      folders.add(folder)
      return folder
    },

    async start(name, command, args, options = {}) {
      const child = spawn(command, args, {
        detached: true,
        stdio: options.stdio ?? 'ignore',
        env: { ...process.env, ...options.env },
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      })
      let end: Ended | undefined
      const ended = new Promise<Ended>((resolve) => {
        child.once('close', (code, signal) => {
          end = { code: code ?? undefined, signal: signal ?? undefined }
          resolve(end)
        })
      })
      const pid = await new Promise<number>((resolve, reject) => {
        child.once('spawn', () => {
          if (child.pid !== undefined) resolve(child.pid)
        })
        child.once('error', (cause) =>
          reject(new Error(`${name} cannot be started: ${cause.message}`, { cause })),
        )
      })
      tell(`+pid ${pid}`)
      const one: Running = {
        name,
        pid,
        child,
        ended,
        end: () => end,
        async stop(graceMs) {
          if (end !== undefined) return end
          child.kill('SIGTERM')
          const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
          const result = await ended
          clearTimeout(timer)
          return result
        },
        async kill() {
          child.kill('SIGKILL')
          return ended
        },
      }
      running.add(one)
      void ended.then(() => {
        tell(`-pid ${pid}`)
        running.delete(one)
      })
      return one
    },

    close() {
      closing ??= close()
      return closing
    },
  }
}
