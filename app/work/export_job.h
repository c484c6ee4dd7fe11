// SPDX-License-Identifier: MIT
#pragma once
#include <QObject>
#include <filesystem>
#include <memory>
#include <vector>

#include "app/session.h"
#include "app/work/worker_queue.h"

namespace hmr {

enum class ExportKind { Obj, Fbx, Glb, Screenshot, ParametersJson, ParametersNpz };

/// Everything an export needs, copied or shared, so that the window's thread goes on meanwhile.
struct ExportRequest {
    ExportKind kind = ExportKind::Obj;
    std::filesystem::path file;
    std::shared_ptr<const BodyModel> body;
    std::shared_ptr<const FrameEstimate> frame;
    std::vector<PersonEstimate> people;  ///< with their edits
    Scene scene;                         ///< of the picture's own size, for the screenshot
    double frameRate = 0;                ///< of the source
};

/// The request for people of the session as they stand now.
ExportRequest exportRequest(const Session& session, ExportKind kind, const std::filesystem::path& file, const std::vector<int>& people);

/// Writes the file, whole or not at all. Throws Error.
void writeExport(const ExportRequest& request);

/// "obj" and so on.
QString extensionOf(ExportKind kind);

/// Writes exports one after the other on a thread of its own.
class ExportJob : public QObject {
    Q_OBJECT
public:
    explicit ExportJob(QObject* parent = nullptr) : QObject(parent) {}
    void start(ExportRequest request);

Q_SIGNALS:
    void finished(const QString& file);
    void failed(const QString& message);

private:
    WorkerQueue queue_;
};

}  // namespace hmr
