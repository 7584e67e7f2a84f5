import type { ComponentChildren } from 'preact'
import { Icon } from '../parts/icon.tsx'
import { ChooseFiles } from './choose.tsx'

/** Where files can be dropped, which is everywhere; here it is said, beside the equal ways. */
export const Zone = ({ title, children }: { title: string; children: ComponentChildren }) => (
  <div class="empty zone">
    <Icon name="upload" class="large" />
    <p class="empty-title">{title}</p>
    <p>CSV or newline-delimited JSON, of any size, plain or gzip. You can also paste rows.</p>
    <div class="actions">
      <ChooseFiles kind="main" />
      {children}
    </div>
  </div>
)
