import t from 'tap'
import { matchesWildcard } from '../../server/model/wildcard.ts'

t.test('in a pattern, a star stands for anything, all else for itself', async t => {
  for (const [pattern, yes, no] of [
    ['*', ['', 'anything'], []],
    ['GetApp', ['GetApp'], ['GetApps', 'getApp', '']],
    ['Get*', ['Get', 'GetApp'], ['CreateGet', 'get']],
    ['*Job', ['Job', 'CreateImportJob'], ['GetImportJobs']],
    ['Get*Job*', ['GetImportJob', 'GetImportJobs', 'GetJob'], ['GetImport', 'CreateJob']],
    ['ab*ba', ['abba', 'ab/ba'], ['aba']],
    ['a*b*c', ['abc', 'aXbXbc'], ['acb', 'ab']],
    ['s3://b/*.csv', ['s3://b/x.csv', 's3://b/x/y.csv'], ['s3://b/xcsv', 's3://b/x.csv.gz']],
    ['**', ['', 'x'], []],
    ['', [''], ['x']],
  ] as [string, string[], string[]][]) {
    for (const text of yes) t.ok(matchesWildcard(pattern, text), `${pattern} ${text}`)
    for (const text of no) t.notOk(matchesWildcard(pattern, text), `${pattern} ${text}`)
  }
})
