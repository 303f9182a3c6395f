import { ThreadkeepError } from '@threadkeep/core/store'

/** A Redis and the namespace in it, which `?namespace=` names: two Threadkeeps on one Redis need two. */
export function redisPlace(url: string, suffix = ''): { readonly url: string; readonly namespace: string } {
  if (!URL.canParse(url)) throw new ThreadkeepError('MISCONFIGURED', 'A Redis URL reads redis://host:6379.')
  const place = new URL(url)
  const namespace = (place.searchParams.get('namespace') ?? 'threadkeep') + suffix
  place.searchParams.delete('namespace')
  return { url: place.href, namespace }
}
