import t from 'tap'
import { diskTrouble } from '../../server/process/disk-errors.ts'
import { sqliteErrors } from '../support/database.ts'

t.test('an error of the disk is explained, any other error is not', async t => {
  const { full, notWritable, cannotOpen, constraint } = sqliteErrors(t)
  t.equal(diskTrouble(full), 'the disk that holds DATA_DIR is full (SQLITE_FULL: database or disk is full)')
  t.equal(
    diskTrouble(notWritable),
    'DATA_DIR cannot be written any more (SQLITE_READONLY: attempt to write a readonly database)',
  )
  t.equal(
    diskTrouble(cannotOpen),
    'the database in DATA_DIR cannot be opened (SQLITE_CANTOPEN: unable to open database file)',
  )
  t.equal(diskTrouble(constraint), undefined)
  t.equal(diskTrouble(new Error('something else')), undefined)
  t.equal(diskTrouble(undefined), undefined)
  t.equal(diskTrouble(AbortSignal.abort().reason), undefined, 'a DOMException, whose code is a number')
})

t.test('an error of the system about a file is explained', t => {
  const error = (code: string) => Object.assign(new Error(`${code}: write`), { code })
  t.equal(diskTrouble(error('ENOSPC')), 'the disk that holds DATA_DIR is full (ENOSPC: write)')
  t.match(diskTrouble(error('EDQUOT')), /^the disk that holds DATA_DIR has no room left for this user/)
  t.match(diskTrouble(error('EFBIG')), /^a file in DATA_DIR cannot grow any more/)
  t.end()
})
