// The server tells times in the visitor's zone; only the browser knows it.
const NAME = "groundswell_zone";

export function tellZone() {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const wanted = `${NAME}=${encodeURIComponent(zone)}`;
  if (!zone || document.cookie.split("; ").includes(wanted)) return;
  document.cookie = `${wanted}; path=/; max-age=31536000; samesite=lax`;
  // Once, and only where cookies are kept: the page was told in the server's zone.
  if (document.cookie.includes(wanted) && document.body.dataset.live) location.reload();
}
