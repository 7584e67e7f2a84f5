import { useSignalEffect } from '@preact/signals'
import { Icon } from '../parts/icon.tsx'
import { place, to } from '../router.ts'
import { isUploading, run, sentShare, unseenJob } from '../upload/current-run.ts'

/** How far an upload is, on any page but its own; and then the way to its job, until that was looked at. */
export function UploadChip() {
  const here = place.value.path.join('/')
  useSignalEffect(() => {
    if (unseenJob.value === place.value.path.join('/')) unseenJob.value = undefined
  })
  if (isUploading()) {
    const address = to`apps/${run.value!.app}/import`
    if (address === here) return null
    return (
      <a class="chip tone-work upload-chip" href={address}>
        <Icon name="upload" />
        <span>Uploading</span> {Math.floor(sentShare(run.value!) * 100)} %
      </a>
    )
  }
  if (unseenJob.value === undefined) return null
  return (
    <a class="chip tone-done" href={unseenJob.value}>
      <Icon name="check" />
      Uploaded <span>(see the job)</span>
    </a>
  )
}
