"""The network as a Python file that needs torch alone."""

from resspec.export.module import module_of
from resspec.formats.format import Export, Format, Written, compared
from resspec.training.writing import write_whole


def write(export: Export) -> Written:
    """The module's own source; the file, executed and given the same weights, answers alike."""
    write_whole(export.path, export.source.encode())
    fresh = module_of(export.path.read_text(encoding="utf-8")).build().eval()
    fresh.load_state_dict(export.model.state_dict())
    return Written((export.path,), (f"executed, {compared(export, fresh)}",))


FORMAT = Format("source", ".py", write)
