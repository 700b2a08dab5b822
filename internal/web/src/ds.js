// Of Designsystemet's behaviour only what our pages use; menus, details and error summaries need none of it.
import '@digdir/designsystemet-web/dialog';
