"""Problems become answers: a JSON payload of one shape for programs, a helpful page for people."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Flask, current_app, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge

from api.web.language import current
from survey.problems import Problem

# Where the meaning of a problem is not "the request was wrong" (400).
STATUS = {
    1003: 413,
    1004: 404,
    1005: 500,
    1006: 405,
    4102: 409,
    4107: 404,
    4118: 403,
    4301: 500,
    4303: 403,
    4312: 413,
    4314: 403,
    5001: 404,
    5002: 404,
    5443: 429,
    5445: 404,
    5447: 429,
    5448: 403,
    5450: 403,
    5452: 403,
    5453: 409,
    5455: 403,
    5457: 403,
    5469: 403,
    6001: 401,
    6002: 401,
    6003: 403,
    6004: 429,
    6005: 403,
    6007: 401,
    6010: 409,
    6015: 403,
    6017: 409,
    6018: 404,
    6019: 403,
    6041: 404,
    6042: 409,
    6050: 500,
    8001: 503,
    8002: 503,
    8003: 503,
    8004: 503,
    8005: 503,
    8010: 503,
    8011: 503,
    8012: 503,
    8013: 503,
    8014: 503,
}


def status_of(number: int) -> int:
    """The HTTP status of a problem number."""
    return STATUS.get(number, 400)


def payload(problem: Problem) -> dict[str, Any]:
    """The one shape of every error: number, message and next step in both languages, details."""
    return {
        "problem": problem.number,
        "message": {lang: problem.message(lang) for lang in ("vi", "en")},
        "next": {lang: problem.next_step(lang) for lang in ("vi", "en")},
        "details": problem.details,
    }


def answer(problem: Problem, status: int | None = None) -> Any:
    """The answer to a request that met `problem`, for a program or for a person."""
    status = status or status_of(problem.number)
    if request.path.startswith("/api/") or request.accept_mimetypes.best == "application/json":
        return jsonify(payload(problem)), status
    try:
        return render_template("problem.html", problem=problem, lang=current(), status=status), status
    except Problem:  # the frame of a page reads the database, which is what is missing
        lang = current()
        text = f"[{problem.number}] {problem.message(lang)}\n{problem.next_step(lang)}\n"
        return text, status, {"Content-Type": "text/plain; charset=utf-8"}


def init_app(app: Flask) -> None:
    """Register the handlers; nothing leaves as a bare stack trace."""
    app.register_error_handler(Problem, answer)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unexpected)


def _http(error: HTTPException) -> Any:
    """Werkzeug's own refusals, in the words of the catalogue; `Allow` and redirects are kept."""
    if error.code is not None and error.code < 400:
        return error
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        response = current_app.make_response(
            answer(Problem(1006, method=request.method, allowed=allowed), 405)
        )
        response.headers["Allow"] = allowed
        return response
    if isinstance(error, RequestEntityTooLarge):
        limit = request.max_content_length
        if limit and (request.content_length or 0) <= limit:  # a form's typed part has a limit of its own
            limit = request.max_form_memory_size
        return answer(Problem(1003, got=request.content_length or "?", limit=limit))
    if error.code == 404:
        return answer(Problem(1004, what=request.path))
    return answer(Problem(1001, reason=error.description or error.name), error.code or 400)


def incident(error: Exception) -> Problem:
    """A fault of ours, caught: logged under a code that the person can name, told without internals."""
    code = uuid.uuid4().hex[:8]
    current_app.logger.error("incident %s", code, exc_info=error)
    return Problem(1005, incident=code)


def _unexpected(error: Exception) -> Any:
    """Whatever nobody foresaw."""
    return answer(incident(error), 500)
