// The image without an engine: the Dockerfile's own steps, each stage on a file system of its own that lies over this machine's,
// then the program as the image starts it: read-only root, not root, process 1, a network of its own. Linux, as root.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Instruction, Stage } from './dockerfile.ts'

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

/** Whether this machine lets us have file systems, processes and networks of our own. */
export function canRunImages(): boolean {
  const script =
    't=$(mktemp -d) && mount -t tmpfs tmpfs $t && mkdir $t/u $t/w $t/r && mount -t overlay overlay -o lowerdir=/,upperdir=$t/u,workdir=$t/w $t/r && unshare -n ip link set lo up'
  return process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'sh', '-c', script]).status === 0
}

/**
 * The script that makes every stage. `context`: the folder that is sent to the builder. `made`: stands in for the steps of a stage
 * by what is there already: the files of `from` that later stages copy, `linked` ones without copying them.
 */
export function buildScript(
  stages: readonly Stage[],
  context: string,
  made?: {
    readonly stage: string
    readonly from: string
    readonly folder: string
    readonly linked: readonly string[]
  },
): string {
  const lines = ['set -eu', 'T=$(mktemp -d)', 'mount -t tmpfs -o size=3g tmpfs "$T"']
  stages.forEach((stage, index) => {
    const root = `"$T/${index}/root"`
    lines.push(
      `mkdir -p "$T/${index}/upper" "$T/${index}/work" ${root}`,
      `mount -t overlay overlay -o lowerdir=/,upperdir="$T/${index}/upper",workdir="$T/${index}/work" ${root}`,
      `mount --bind /dev ${root}/dev`,
      `mount -t proc proc ${root}/proc`,
    )
    if (made !== undefined && stage.name === made.stage) {
      lines.push(`mkdir -p ${root}${made.folder}`)
      return
    }
    let folder = '/'
    const env: string[] = []
    for (const step of stage.instructions) lines.push(...stepLines(step))

    function stepLines(step: Instruction): string[] {
      switch (step.kind) {
        case 'workdir':
          folder = step.value
          return [`mkdir -p ${root}${folder}`]
        case 'env':
          env.push(...Object.entries(step.values).map(([name, value]) => quote(`${name}=${value}`)))
          return []
        case 'run':
          return [`chroot ${root} env ${env.join(' ')} sh -euc ${quote(`cd ${folder} && ${step.command}`)}`]
        case 'copy': {
          const to = step.to.startsWith('/') ? step.to : `${folder}/${step.to.replace(/^\.\//, '')}`
          const source = stages.findIndex(({ name }) => name === step.from)
          return step.sources.flatMap((path) => {
            const isFolder = !/\.\w+$|LICENSE|NOTICE|\.npmrc/.test(path)
            const target = `${root}${to}`
            if (step.from !== undefined && step.from === made?.stage) {
              const name = path.slice(made.folder.length + 1)
              if (made.linked.includes(name)) {
                return [`mkdir -p ${target}`, `mount --bind ${quote(join(made.from, name))} ${target}`]
              }
              return copied(quote(join(made.from, name)), target, isFolder)
            }
            const from = step.from === undefined ? quote(join(context, path)) : `"$T/${source}/root"${path}`
            return copied(from, target, isFolder)
          })
        }
        default:
          return []
      }
    }
  })
  lines.push(`R="$T/${stages.length - 1}/root"`)
  return lines.join('\n')
}

/** A folder's content goes into the target, a file to it or into it. */
const copied = (from: string, target: string, isFolder: boolean): string[] =>
  isFolder ? [`mkdir -p ${target}`, `cp -a ${from}/. ${target}/`] : [`cp -a ${from} ${target}`]

/**
 * The script that starts the last stage as process 1 with a root that cannot be written, and does `meanwhile` with it: there
 * `health` asks as HEALTHCHECK does, $PID is the process. Afterwards `stop` sends the stop signal and says how it ended.
 */
export function runScript(stage: Stage, meanwhile: string): string {
  const first = <Kind extends Instruction['kind']>(kind: Kind) => {
    const found = stage.instructions.find(
      (each): each is Extract<Instruction, { kind: Kind }> => each.kind === kind,
    )
    if (found === undefined) throw new Error(`the image says no ${kind}`)
    return found
  }
  const start = [...first('entrypoint').words, ...first('cmd').words].map(quote).join(' ')
  const health = first('healthcheck').words.map(quote).join(' ')
  const user = first('user').value
  const env = Object.entries(first('env').values).map(([name, value]) => quote(`${name}=${value}`))
  // What the base image has: node beside npm, as here.
  const clean = `env -i PATH=${quote(process.env.PATH ?? '')} ${env.join(' ')}`
  return `
umount "$R/proc"
# A volume belongs to whom its folder in the image belongs to.
${first('volume')
  .values.map((path) => `mount -t tmpfs -o "$(stat -c uid=%u,gid=%g,mode=%a "$R${path}")" tmpfs "$R${path}"`)
  .join('\n')}
mount -o remount,ro,bind "$R"
cd /
unshare -n -p -f --mount-proc="$R/proc" sh -c "ip link set lo up; exec chroot --userspec=${user} '$R' ${clean} ${start}" > "$T/out" 2> "$T/err" &
UNSHARE=$!
PID=
while [ -z "$PID" ]; do PID=$(pgrep -P $UNSHARE || true); done
health() { nsenter -t "$PID" -n -p -m chroot --userspec=${user} "$R" ${clean} ${health} 2>&1; }
stop() {
  kill -${first('stopsignal').value.replace(/^SIG/, '')} "$PID"
  code=0; wait $UNSHARE || code=$?
  echo "ended: $code"
}
${meanwhile}
`
}

/** Runs a script where everything that it mounts and starts goes away with it; gives what it said. */
export function runAlone(script: string): { readonly status: number | null; readonly output: string } {
  const folder = mkdtempSync(join(tmpdir(), 'verdigris-image-'))
  try {
    const file = join(folder, 'run.sh')
    writeFileSync(file, script)
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['-m', '-p', '-f', '--mount-proc', '--kill-child', 'sh', file],
      {
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
        env: { PATH: process.env.PATH, HOME: folder, TMPDIR: folder },
      },
    )
    return { status, output: `${stdout}${stderr}` }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
