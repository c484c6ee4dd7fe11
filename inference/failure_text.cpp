// SPDX-License-Identifier: MIT
#include "inference/failure_text.h"

#include <new>
#include <opencv2/core.hpp>

#include "body/error.h"

namespace hmr {

std::string failureText(const std::exception& failure, const std::string& subject) {
    if (dynamic_cast<const Error*>(&failure)) return failure.what();
    const auto* ofOpenCv = dynamic_cast<const cv::Exception*>(&failure);
    if (dynamic_cast<const std::bad_alloc*>(&failure) || (ofOpenCv && ofOpenCv->code == cv::Error::StsNoMem)) {
        return subject + " does not fit into memory: scale it down or close other programs";
    }
    const std::string text = failure.what();  // a library's may go on with where in it
    return subject + " cannot be worked on: " + text.substr(0, text.find('\n'));
}

}  // namespace hmr
