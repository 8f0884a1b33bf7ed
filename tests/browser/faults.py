"""What a browser complains of: errors in the console, exceptions, what the Content-Security-Policy stopped."""

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, Response, WebError

REPORT_VIOLATIONS = """
document.addEventListener('securitypolicyviolation', (event) =>
  console.error(`policy violated: ${event.violatedDirective} by ${event.blockedURI} ${event.sample}`));
"""
NOT_LOADED = "Failed to load resource"
LEFT = "net::ERR_ABORTED"  # the person, or the page itself, went elsewhere before it had come


class Faults:
    """Collects them from all pages of a context. A page whose own status is an error is not a fault."""

    def __init__(self, context: BrowserContext) -> None:
        self.found: list[str] = []
        self._error_pages: set[str] = set()
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("console", self._on_console)
        context.on("weberror", self._on_exception)
        context.on("response", self._on_response)
        context.on("requestfailed", self._on_failed_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        about = message.location["url"]
        is_error_page = message.text.startswith(NOT_LOADED) and about in self._error_pages
        if message.type in ("error", "warning") and not is_error_page:
            self.found.append(f"{message.page and message.page.url}: {message.text} ({about})")

    def _on_exception(self, error: WebError) -> None:
        self.found.append(f"{error.page and error.page.url}: {error.error}")

    def _on_response(self, response: Response) -> None:
        if response.status >= 400 and response.request.is_navigation_request():
            self._error_pages.add(response.url)

    def _on_failed_request(self, request: Request) -> None:
        if request.is_navigation_request() and request.failure != LEFT:
            self.found.append(f"{request.method} {request.url}: {request.failure}")
