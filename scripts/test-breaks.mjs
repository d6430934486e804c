// Shows that the tests of the xDS rules catch what they are there for: applies each one-line break of
// test/breaks/breaks.json to a copy of the sources, runs the rule's test and wants it to fail.
// Usage: npm run test:breaks [-- <rule> …]
import { spawn } from 'node:child_process'
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const copied = ['src', 'test', 'package.json', 'tsconfig.json', 'vitest.config.ts']
const linked = ['node_modules', 'protos', 'dist', 'envoy', 'examples', 'scripts']
const breaks = JSON.parse(await readFile(join(root, 'test', 'breaks', 'breaks.json'), 'utf8'))
const only = new Set(process.argv.slice(2))
const wanted = breaks.filter(({ rule }) => only.size === 0 || only.has(rule))

/** Runs one test file's tests of a name; gives its exit code and the end of its output. */
function run(folder, file, name) {
  const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
  const pattern = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  const args = [vitest, 'run', file, '-t', pattern, '--reporter=json', '--outputFile=result.json', '--bail=1']
  // A test that waits for ever is as good as one that fails.
  args.push('--testTimeout=20000')
  // What is not broken is compiled once for all runs; modules are known by their content.
  args.push('--experimental.fsModuleCache', `--experimental.fsModuleCachePath=${join(folder, '.modules')}`)
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    const timer = setTimeout(() => child.kill('SIGKILL'), 120_000)
    child.on('error', reject)
    child.on('close', async (code) => {
      clearTimeout(timer)
      const result = await readFile(join(folder, 'result.json'), 'utf8').then(JSON.parse, () => undefined)
      await rm(join(folder, 'result.json'), { force: true })
      resolve({ code, output, result })
    })
  })
}

/** `caught`, or what is wrong with the break. */
async function tryBreak(folder, { file, find, replace, test, name }) {
  const path = join(folder, file)
  const text = await readFile(path, 'utf8')
  const found = text.split('\n').filter((line) => line.includes(find)).length
  if (found !== 1 || text.split(find).length !== 2) return `its line was found ${found} times, wanted once`
  await writeFile(
    path,
    text.replace(find, () => replace),
  )
  try {
    const { code, output, result } = await run(folder, test, name)
    if (result === undefined) return `vitest gave no result: ${output.slice(-300)}`
    if (result.numPassedTests + result.numFailedTests === 0) {
      return `no test ran: ${result.testResults?.[0]?.message?.slice(0, 300) || `none named "${name}" in ${test}`}`
    }
    return code !== 0 && result.numFailedTests > 0 ? 'caught' : 'SURVIVED'
  } finally {
    await writeFile(path, text)
  }
}

const folders = []
let failures = 0
try {
  const queue = [...wanted]
  const worker = async () => {
    const folder = await mkdtemp(join(tmpdir(), 'verdigris-breaks-'))
    folders.push(folder)
    for (const part of copied) await cp(join(root, part), join(folder, part), { recursive: true })
    for (const part of linked) await symlink(join(root, part), join(folder, part)).catch(() => {})
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const verdict = await tryBreak(folder, next)
      if (verdict !== 'caught') failures += 1
      console.log(`rule ${next.rule.padEnd(4)} ${verdict.padEnd(9)} ${next.file}: ${next.find.slice(0, 80)}`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(2, cpus().length) }, worker))
} finally {
  for (const folder of folders) await rm(folder, { recursive: true, force: true })
}
console.log(`${wanted.length - failures} of ${wanted.length} breaks caught`)
process.exitCode = failures === 0 && wanted.length > 0 ? 0 : 1
