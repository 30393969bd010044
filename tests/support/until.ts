/** Waits until it is so. @throws {Error} after `patienceMs` */
export async function until(
  isSo: () => boolean | Promise<boolean>,
  patienceMs = 15_000,
): Promise<void> {
  const end = performance.now() + patienceMs
  while (!(await isSo())) {
    if (performance.now() > end) throw new Error(`it was not so in ${patienceMs} ms: ${isSo}`)
    await Bun.sleep(20)
  }
}
