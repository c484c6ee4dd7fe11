// SPDX-License-Identifier: MIT
#include "formats/pickle/known_names.h"

#include <algorithm>
#include <array>

namespace hmr {
namespace {

using Name = std::string_view;

constexpr std::array kKnown = {
    Name("numpy ndarray"), Name("numpy dtype"), Name("numpy.core.multiarray _reconstruct"),
    Name("numpy._core.multiarray _reconstruct"), Name("numpy.core.multiarray scalar"),
    Name("numpy._core.multiarray scalar"), Name("numpy.core.numeric _frombuffer"),
    Name("numpy._core.numeric _frombuffer"), Name("numpy memmap"), Name("numpy matrix"), Name("numpy.core.memmap memmap"),
    Name("scipy.sparse.csc csc_matrix"), Name("scipy.sparse._csc csc_matrix"), Name("scipy.sparse.csr csr_matrix"),
    Name("scipy.sparse._csr csr_matrix"), Name("scipy.sparse.coo coo_matrix"), Name("scipy.sparse._coo coo_matrix"),
    Name("scipy.sparse._csc csc_array"), Name("scipy.sparse._csr csr_array"), Name("scipy.sparse._coo coo_array"),
    Name("copy_reg _reconstructor"), Name("copyreg _reconstructor"), Name("copy_reg __newobj__"),
    Name("__builtin__ object"), Name("builtins object"), Name("__builtin__ set"), Name("builtins set"),
    Name("__builtin__ frozenset"), Name("builtins frozenset"), Name("__builtin__ bytes"), Name("builtins bytes"),
    Name("__builtin__ bytearray"), Name("builtins bytearray"), Name("__builtin__ dict"), Name("builtins dict"),
    Name("__builtin__ list"), Name("builtins list"), Name("__builtin__ int"), Name("builtins int"),
    Name("__builtin__ float"), Name("builtins float"), Name("__builtin__ slice"), Name("builtins slice"),
    Name("__builtin__ complex"), Name("builtins complex"), Name("__builtin__ xrange"), Name("builtins range"),
    Name("_codecs encode"), Name("collections OrderedDict"), Name("collections defaultdict"),
    Name("joblib.numpy_pickle NumpyArrayWrapper"), Name("pathlib PosixPath"), Name("pathlib WindowsPath"),
    Name("torch._utils _rebuild_tensor"), Name("torch._utils _rebuild_tensor_v2"), Name("torch._utils _rebuild_parameter"),
    Name("torch Size"), Name("torch device"), Name("torch.storage _load_from_bytes"), Name("torch.nn.parameter Parameter"),
    Name("torch.nn.parameter Buffer")};

// `torch FloatStorage` and its sisters; dtypes such as `torch float32`.
constexpr std::array kStorages = {Name("Float"), Name("Double"), Name("Half"), Name("BFloat16"), Name("Long"), Name("Int"),
                                  Name("Short"), Name("Char"), Name("Byte"), Name("Bool")};

constexpr std::array kDangerous = {
    Name("os"), Name("posix"), Name("posixpath"), Name("nt"), Name("ntpath"), Name("subprocess"), Name("sys"), Name("shutil"),
    Name("runpy"), Name("importlib"), Name("ctypes"), Name("socket"), Name("pty"), Name("commands"), Name("popen2"),
    Name("code"), Name("codeop"), Name("pickle"), Name("_pickle"), Name("cPickle"), Name("marshal"),
    Name("operator"), Name("_operator"),
    Name("webbrowser"), Name("pip"), Name("timeit"), Name("pdb"), Name("bdb"),
    Name("cProfile"), Name("profile"), Name("urllib"), Name("urllib2"),
    Name("httplib"), Name("ftplib"), Name("smtplib"), Name("builtins"), Name("__builtin__")};

bool isStorage(std::string_view name) {
    constexpr std::string_view kEnd = "Storage";
    if (!name.ends_with(kEnd)) return false;
    name.remove_suffix(kEnd.size());
    return std::find(kStorages.begin(), kStorages.end(), name) != kStorages.end();
}

}  // namespace

bool isKnownName(std::string_view className) {
    if (std::find(kKnown.begin(), kKnown.end(), className) != kKnown.end()) return true;
    const std::size_t space = className.find(' ');
    if (space == std::string_view::npos) return false;
    const std::string_view module = className.substr(0, space), name = className.substr(space + 1);
    if (module == "torch") return isStorage(name);
    return module == "chumpy" || module.starts_with("chumpy.");
}

bool isDangerousName(std::string_view className) {
    const std::string_view module = className.substr(0, className.find_first_of(". "));
    return !isKnownName(className) && std::find(kDangerous.begin(), kDangerous.end(), module) != kDangerous.end();
}

}  // namespace hmr
