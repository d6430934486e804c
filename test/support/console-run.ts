// Runs a page of docs/guides as somebody would who types it: in one shell, in an empty folder, with the real `verdigris` and a
// real Envoy. Ports that the page names are others here, so that it can run beside anything.
import { chmod, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { cliScript, freePorts, openScope, type Scope, withoutOurVariables } from '../../src/demo/rig/index.ts'
import { difference, type Step, stepsOf, withShown } from './console-page.ts'
import { envoyBinary } from './with-envoy.ts'

const update = process.env.VERDIGRIS_UPDATE === '1'
const root = join(import.meta.dirname, '..', '..')

export interface ConsoleOptions {
  /** Folders of the repository that the page's folder has too, such as `examples/single`. */
  readonly copies?: readonly string[]
  /** Time for each command, ms. */
  readonly timeoutMs?: number
}

/** Ports of the page become free ones, and come back as those of the page in what is seen. */
interface Ports {
  /** Which port stands for the page's. */
  of(port: string): string
  /** As they are here. */
  real(text: string): string
  /** As the page has them. */
  shown(text: string): string
}

/** Follows the page to its end. Rejects at the first command that says something else than the page, or ends with a status. */
export async function followPage(file: string, options: ConsoleOptions = {}): Promise<void> {
  const markdown = await readFile(join(root, file), 'utf8')
  const steps = stepsOf(markdown)
  const scope = await openScope('guide')
  try {
    const folder = await scope.folder()
    const copies = options.copies ?? []
    const ports = await choosePorts([markdown, ...(await textsIn(copies))])
    const home = join(folder, 'home')
    await mkdir(home)
    for (const copy of copies) await copyMapped(join(root, copy), join(home, copy), ports)
    const bin = await commandsOf(folder, ports)
    const shell = await openShell(scope, home, folder, bin, ports)
    const came = new Map<number, readonly string[]>()
    try {
      for (const step of steps) {
        if (step.kind === 'file') await writeFile(join(home, step.name), ports.real(step.text))
        else await follow(shell, step, { file, ports, timeoutMs: options.timeoutMs ?? 60_000, came })
      }
    } finally {
      await shell.end()
    }
    if (came.size > 0) await writeFile(join(root, file), withShown(markdown, came))
  } finally {
    await scope.close()
  }
}

interface Outcome {
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

/** What only looks may be asked again until the page is right: a proxy needs a moment to connect. */
const looks =
  /^(verdigris (get|proxies|proxy|push|history|describe|endpoints list|events)|curl|openssl s_client|cat) ?/

interface Following {
  readonly file: string
  readonly ports: Ports
  readonly timeoutMs: number
  /** With VERDIGRIS_UPDATE=1: what came instead of what the page shows, by the line of the command. */
  readonly came: Map<number, readonly string[]>
}

async function follow(
  shell: Shell,
  step: Extract<Step, { kind: 'command' }>,
  { file, ports, timeoutMs, came }: Following,
): Promise<void> {
  if (step.elsewhere && step.shown.length === 0) {
    throw new Error(`${file}:${step.line}: say what is seen there once it is up: nothing else waits for it`)
  }
  const deadline = performance.now() + timeoutMs
  const command = ports.real(step.text)
  if (step.text === '^C') await shell.interrupt()
  else if (step.elsewhere) await shell.start(command)
  for (;;) {
    const outcome = step.elsewhere ? await shell.heard() : await shell.run(command)
    const said = step.elsewhere ? ['…', ...step.shown.flatMap((line) => [line, '…'])] : step.shown
    const wrong =
      outcome.status === 0
        ? difference(said, ports.shown(outcome.stdout), ports.shown(outcome.stderr))
        : `it ended with status ${outcome.status}:\n${ports.shown(outcome.stdout + outcome.stderr)}`
    if (wrong === undefined) return
    if (
      update &&
      !step.elsewhere &&
      outcome.status === 0 &&
      performance.now() > deadline - timeoutMs + (looks.test(step.text) ? 3_000 : 0)
    ) {
      const { stdout, stderr } = outcome
      const seen = step.text.includes('$?') ? stderr + stdout : stdout
      came.set(step.line, ports.shown(seen).trimEnd().split('\n'))
      return
    }
    if (performance.now() > deadline || !(step.elsewhere || looks.test(step.text))) {
      const other = await shell.heard()
      throw new Error(
        `${file}:${step.line}: $ ${step.text}\n${wrong}\nin the other terminal:\n${other.stdout}${other.stderr}`,
      )
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

interface Shell {
  /** Runs it to its end. */
  run(command: string): Promise<Outcome>
  /** Starts it and leaves it running. */
  start(command: string): Promise<void>
  /** Ctrl-C for the last one that was started. */
  interrupt(): Promise<void>
  /** What the last one that was started has said until now. */
  heard(): Promise<Outcome>
  /** Ends it, and all that it started. */
  end(): Promise<void>
}

async function openShell(
  scope: Scope,
  home: string,
  folder: string,
  bin: string,
  ports: Ports,
): Promise<Shell> {
  const running = await scope.start('the shell of a guide', 'bash', ['--noprofile', '--norc'], {
    cwd: home,
    stdio: ['pipe', 'pipe', 'inherit'],
    env: {
      ...withoutOurVariables,
      HOME: home,
      PATH: `${bin}:${process.env.PATH ?? ''}`,
      NO_COLOR: '1',
      VERDIGRIS_LOG_FORMAT: 'text',
      VERDIGRIS_ACTOR: 'you',
      VERDIGRIS_SERVER: ports.real('127.0.0.1:18001'),
      VERDIGRIS_XDS_PORT: ports.of('18000'),
      VERDIGRIS_ADMIN_PORT: ports.of('18001'),
      VERDIGRIS_HTTP_PORT: ports.of('18002'),
    },
  })
  const { stdin, stdout } = running.child
  if (stdin === null || stdout === null) throw new Error('the shell has no pipes')
  let waiting: ((status: number) => void) | undefined
  let heardOf = ''
  stdout.on('data', (bytes) => {
    heardOf += String(bytes)
    const done = /^(\d+)\n/.exec(heardOf)
    if (done === null) return
    heardOf = heardOf.slice(done[0].length)
    waiting?.(Number(done[1]))
  })
  let count = 0
  /** Of the other terminal. */
  let other = 0
  const read = async (status: number, which = count): Promise<Outcome> => {
    const [out, err] = await Promise.all(
      ['out', 'err'].map((kind) => readFile(join(folder, `${which}.${kind}`), 'utf8').catch(() => '')),
    )
    return { status, stdout: out ?? '', stderr: err ?? '' }
  }
  const type = (command: string): Promise<number> => {
    count += 1
    const [out, err] = ['out', 'err'].map((kind) => `"${join(folder, `${count}.${kind}`)}"`)
    return new Promise((resolve, reject) => {
      waiting = resolve
      void running.ended.then(() => reject(new Error(`the shell ended at: ${command}`)))
      stdin.write(`{ ${command}\n} >${out} 2>${err} </dev/null\necho $?\n`)
    })
  }
  return {
    run: async (command) => read(await type(command)),
    async start(command) {
      await type(`${command} &\nother=$!`)
      other = count
    },
    async interrupt() {
      await type('kill -INT $other && wait $other')
    },
    heard: () => read(0, other),
    async end() {
      // All that the shell started is in the group that it leads.
      const group = (signal: NodeJS.Signals | 0): boolean => {
        try {
          return process.kill(-running.pid, signal)
        } catch {
          return false
        }
      }
      group('SIGTERM')
      await running.stop(2_000)
      for (let turns = 0; turns < 30 && group(0); turns++) await new Promise((done) => setTimeout(done, 100))
      group('SIGKILL')
    },
  }
}

/** `verdigris` and `envoy` on the PATH of the page. The port for proxies is part of what `bootstrap` prints. */
async function commandsOf(folder: string, ports: Ports): Promise<string> {
  const bin = join(folder, 'bin')
  await mkdir(bin)
  const script = async (name: string, body: string): Promise<void> => {
    await writeFile(join(bin, name), `#!/bin/sh\n${body}\n`)
    await chmod(join(bin, name), 0o755)
  }
  const cli = `"${process.execPath}" "${cliScript()}"`
  const defaults = ['18000', '9901'].map((port) => `s/port_value: ${port}\\b/port_value: ${ports.of(port)}/`)
  await script(
    'verdigris',
    `case "$1" in bootstrap) ${cli} "$@" | sed '${defaults.join(';')}' ;; *) exec ${cli} "$@" ;; esac`,
  )
  // No shared memory: any number of them runs beside each other.
  await script('envoy', `exec "${envoyBinary()}" --disable-hot-restart "$@"`)
  return bin
}

/** Where a number is a port: `port: 10000`, `localPort: 8080`, `:10000`, `--admin-port 9902`, `http.server 9101`, `for port in 9101 9102`. */
const portForm = /(?<=[pP]ort: |:|-port |\bport |http\.server |for port in [\d ]*)\d{4,5}\b/g

async function choosePorts(texts: readonly string[]): Promise<Ports> {
  const named = new Set(texts.flatMap((text) => text.match(portForm) ?? []))
  for (const port of ['18000', '18001', '18002', '9901']) named.add(port)
  // Of five digits too, so that tables keep their shape, and of no page.
  const free = await freePorts(named.size * 2)
  const fresh = free.map(String).filter((port) => !named.has(port))
  const here = new Map([...named].map((port, index) => [port, fresh[index] ?? port]))
  const there = new Map([...here].map(([page, real]) => [real, page]))
  return {
    of: (port) => here.get(port) ?? port,
    real: (text) => text.replace(portForm, (port) => here.get(port) ?? port),
    shown: (text) => text.replace(/\b\d{5}\b/g, (number) => there.get(number) ?? number),
  }
}

async function textsIn(folders: readonly string[]): Promise<readonly string[]> {
  const files = await Promise.all(
    folders.map(async (folder) =>
      (await readdir(join(root, folder))).map((name) => join(root, folder, name)),
    ),
  )
  return Promise.all(files.flat().map((file) => readFile(file, 'utf8')))
}

async function copyMapped(from: string, to: string, ports: Ports): Promise<void> {
  await cp(from, to, { recursive: true })
  for (const name of await readdir(to)) {
    const file = join(to, name)
    await writeFile(file, ports.real(await readFile(file, 'utf8')))
  }
}
