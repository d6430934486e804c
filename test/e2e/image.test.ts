// The image run as an engine would run it: read-only root, not root, process 1, SIGTERM. `npm run image` also makes it by the
// Dockerfile's own steps first; here what is built already stands in for the first stage.
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isLetThrough, parseDockerfile } from '../support/dockerfile.ts'
import { buildScript, canRunImages, runAlone, runScript } from '../support/image-run.ts'

const root = join(import.meta.dirname, '..', '..')
const stages = parseDockerfile(readFileSync(join(root, 'Dockerfile'), 'utf8'))
const last = stages.at(-1)
const whole = process.env.IMAGE_STEPS === 'all'
const possible = canRunImages()
if (!possible) console.log('skipped: file systems and processes of our own need Linux and root')

/** What an operator sees of it, from the first question to the end. */
const story = `
echo "at once: $(health || echo "status $?")"
i=0; until health > /dev/null || [ $i -gt 100 ]; do i=$((i+1)); sleep 0.1; done
echo "health: $(health) $?"
echo "ids: $(grep -E '^(Uid|Gid|NSpid|CapEff)' /proc/$PID/status | tr '\\t\\n' ' ,')"
echo "data: $(ls "$R/data" | head -1)"
nsenter -t "$PID" -m chroot --userspec=1000:1000 "$R" sh -c 'touch /verdigris/x' 2>&1 || echo "read-only"
nsenter -t "$PID" -n -p -m chroot --userspec=1000:1000 "$R" env -i PATH="$PATH" node /verdigris/dist/cli/verdigris.js get nodegroups 2>&1
stop
cat "$T/err"
`

describe.skipIf(!possible)('the image', () => {
  it('serves from a read-only root as process 1 and not as root, is healthy, and ends at SIGTERM', () => {
    if (last === undefined) throw new Error('no stage')
    const context = mkdtempSync(join(tmpdir(), 'verdigris-context-'))
    try {
      let made: Parameters<typeof buildScript>[2]
      if (whole) {
        // As an engine gets it: a clone of what is committed, past .dockerignore.
        const clone = join(context, 'clone')
        spawnSync('git', ['clone', '-q', root, clone])
        const ignore = readFileSync(join(clone, '.dockerignore'), 'utf8')
        for (const name of spawnSync('ls', ['-A', clone], { encoding: 'utf8' }).stdout.trim().split('\n')) {
          if (isLetThrough(ignore, name)) cpSync(join(clone, name), join(context, name), { recursive: true })
        }
        rmSync(clone, { recursive: true })
      } else {
        expect(existsSync(join(root, 'dist')), 'built: npm run build').toBe(true)
        made = { stage: 'build', from: root, folder: '/verdigris', linked: ['node_modules'] }
      }
      const build = buildScript(stages, whole ? context : root, made)
      const { status, output } = runAlone(`${build}\n${runScript(last, story)}`)
      expect(output).toMatch(/^at once: (error: .*|ready.*|not ready.*)/m)
      expect(output).toMatch(/^health: ready 0$/m)
      expect(output).toMatch(
        /^ids: Uid: 1000 1000 1000 1000,Gid: 1000 1000 1000 1000,.*NSpid:( \d+)+ 1,CapEff: 0+,/m,
      )
      expect(output).toMatch(/^data: \S+$/m)
      expect(output).toMatch(/^read-only$/m)
      expect(output).toMatch(/^ended: 0$/m)
      expect(output).toContain('"event":"stopped"')
      expect(output).not.toMatch(/EROFS|EACCES/)
      expect(status).toBe(0)
    } finally {
      rmSync(context, { recursive: true, force: true })
    }
  }, 600_000)
})
