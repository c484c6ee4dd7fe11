// SPDX-License-Identifier: MIT
#include "app/work/export_job.h"

#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include "app/picture_conversion.h"
#include "app/scene_of_session.h"
#include "body/error.h"
#include "formats/atomic_file.h"
#include "formats/fbx_file.h"
#include "formats/parameters_file.h"
#include "formats/scene_file.h"
#include "renderer/scene_renderer.h"
#include "renderer/windowless_context.h"

namespace hmr {
namespace {

std::vector<Figure> figuresOf(const ExportRequest& request) {
    const cv::Mat& picture = request.frame->frame.picture;
    const double focalLength = defaultFocalLength(picture.cols, picture.rows);
    std::vector<Figure> figures;
    for (const PersonEstimate& person : request.people) {
        // One person stands at the origin; several keep their places towards each other.
        const Eigen::Vector3d place = request.people.size() == 1
                                          ? Eigen::Vector3d::Zero().eval()
                                          : frameTranslation(person.camera, person.crop, picture.cols, picture.rows, focalLength);
        figures.push_back(figureFrom(*request.body, person.parameters, "person_" + std::to_string(person.id + 1), place, true));
    }
    return figures;
}

EstimateDocument documentOf(const ExportRequest& request) {
    const Frame& frame = request.frame->frame;
    EstimateDocument document;
    document.source = frame.name;
    document.width = frame.picture.cols;
    document.height = frame.picture.rows;
    document.frameRate = request.frameRate;
    document.frames.push_back({frame.index, frame.time, request.people});
    return document;
}

void writeScreenshot(const ExportRequest& request) {
    Scene scene = request.scene;
    if (!scene.viewFromCamera) scene.background = sharedPicture(request.frame->frame.picture);
    const WindowlessContext context;
    const Picture drawn = SceneRenderer().drawPicture(scene);
    const cv::Mat rgba(drawn.height, drawn.width, CV_8UC4, const_cast<std::uint8_t*>(drawn.pixels.data()));
    cv::Mat bgr;
    cv::cvtColor(rgba, bgr, cv::COLOR_RGBA2BGR);
    std::vector<unsigned char> bytes;
    std::string extension = request.file.extension().string();
    if (extension != ".jpg" && extension != ".jpeg") extension = ".png";
    if (!cv::imencode(extension, bgr, bytes)) throw Error("The picture could not be encoded as " + extension);
    writeWholeFile(request.file, {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

}  // namespace

ExportRequest exportRequest(const Session& session, ExportKind kind, const std::filesystem::path& file, const std::vector<int>& people) {
    ExportRequest request;
    request.kind = kind;
    request.file = file;
    request.body = session.body();
    request.frame = session.frame().estimate;
    for (const int id : people) {
        if (const PersonEstimate* person = session.person(id)) request.people.push_back(*person);
    }
    if (kind == ExportKind::Screenshot) {
        ViewSettings view = session.view();
        view.mode = ViewMode::Overlay;
        view.boxes = false;
        request.scene = sceneOf(session, view, true);
    }
    return request;
}

void writeExport(const ExportRequest& request) {
    if (!request.frame) throw Error("There is no picture to export; open one first");
    if (request.people.empty() && request.kind != ExportKind::Screenshot) {
        throw Error("There is nobody to export; find people or draw a box round one first");
    }
    switch (request.kind) {
        case ExportKind::Obj:
            return writeObj(request.file, figuresOf(request));
        case ExportKind::Fbx:
            return writeFbx(request.file, figuresOf(request));
        case ExportKind::Glb:
            return writeGlb(request.file, figuresOf(request));
        case ExportKind::Screenshot:
            return writeScreenshot(request);
        case ExportKind::ParametersJson:
            return writeParametersJson(request.file, documentOf(request));
        case ExportKind::ParametersNpz:
            return writeParametersNpz(request.file, documentOf(request));
    }
}

QString extensionOf(ExportKind kind) {
    switch (kind) {
        case ExportKind::Obj: return "obj";
        case ExportKind::Fbx: return "fbx";
        case ExportKind::Glb: return "glb";
        case ExportKind::Screenshot: return "png";
        case ExportKind::ParametersJson: return "json";
        case ExportKind::ParametersNpz: return "npz";
    }
    return {};
}

void ExportJob::start(ExportRequest request) {
    queue_.add([this, request = std::move(request)] {
        const QString file = QString::fromStdString(request.file.string());
        QString failure;
        try {
            writeExport(request);
        } catch (const std::exception& error) {
            failure = tr("%1 was not written: %2").arg(file, QString::fromStdString(error.what()));
        }
        QMetaObject::invokeMethod(this, [=, this] { failure.isEmpty() ? Q_EMIT finished(file) : Q_EMIT failed(failure); }, Qt::QueuedConnection);
    });
}

}  // namespace hmr
