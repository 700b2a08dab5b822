// Only the parts of Designsystemet's behaviour that our pages use.
import '@digdir/designsystemet-web/details';
import '@digdir/designsystemet-web/dialog';
import '@digdir/designsystemet-web/invokers';
