# title: batches of grants of which some are bad, ended or read-only: gntdev refuses each, and leaves nothing mapped
# expect: G23 G24
# A finding of Linux, harmless: since "xen/gntdev: Avoid blocking in unmap_grant_pages" (5.19 and stable kernels)
# drivers/xen/gntdev.c:unmap_grant_pages no longer leaves out the ops whose map failed, so a refused batch's unmaps name
# INVALID_GRANT_HANDLE, which Xen answers with bad_handle. Its callback knows, and does not warn of these.
xgt-guest partial
