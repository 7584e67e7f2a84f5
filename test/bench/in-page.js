/*
 * Runs in the browser, in each page of the console that the bench opens: measures what a reader waits for.
 * Times are in milliseconds.
 */

const nextFrame = () => new Promise(requestAnimationFrame)

/** Waits until something is so, and can be seen. */
async function until(isSo) {
  const begun = performance.now()
  while (!isSo()) {
    if (performance.now() - begun > 30_000) throw new Error(`not in 30 seconds: ${isSo}`)
    await nextFrame()
  }
  await nextFrame()
}

const firstRow = () => document.querySelector('main [data-row]')

/** The address that the first row links to, which no other row has. */
const firstAddress = () => firstRow()?.querySelector('a')?.href

globalThis.bench = {
  /** From the start of the navigation until the first row of a table can be seen. */
  async firstRow() {
    await until(() => firstRow() !== null)
    return performance.now()
  },

  /** From a click on a link until the rows of the page that it leads to can be seen. */
  async open(address) {
    const begun = performance.now()
    const before = firstRow()
    document.querySelector(`a[href="${CSS.escape(address)}"]`).click()
    await until(() => firstRow() !== before && firstRow() !== null)
    return performance.now() - begun
  },

  /** Goes through pages of a list: how long each took, and the longest time between two frames. */
  async turnPages(count) {
    const times = []
    let longestFrame = 0
    let last = performance.now()
    let isOver = false
    const watchFrames = now => {
      longestFrame = Math.max(longestFrame, now - last)
      last = now
      if (!isOver) requestAnimationFrame(watchFrames)
    }
    last = await nextFrame()
    requestAnimationFrame(watchFrames)
    for (let page = 0; page < count; page++) {
      const begun = performance.now()
      const before = firstAddress()
      document.querySelector('a[rel=next]').click()
      await until(() => firstAddress() !== undefined && firstAddress() !== before)
      times.push(performance.now() - begun)
    }
    isOver = true
    return { times, longestFrame }
  },

  /** Bytes that were sent for the page and its files until now. */
  bytesLoaded() {
    const entries = ['navigation', 'resource'].flatMap(type => performance.getEntriesByType(type))
    // Each use of an icon has an entry of its own, for the one file.
    const files = new Map(entries.map(({ name, encodedBodySize }) => [name.split('#')[0], encodedBodySize]))
    return [...files]
      .filter(([name]) => name.includes('/_pinpoint/console/'))
      .reduce((sum, [, bytes]) => sum + bytes, 0)
  },
}
