"""The one name of Jinja that the worker uses."""


class TemplateError(Exception):
    pass
