// SPDX-License-Identifier: MIT
#pragma once
#include <QLockFile>
#include <QObject>
#include <QStringList>
#include <QTimer>
#include <functional>
#include <memory>

#include "app/work/worker_queue.h"
#include "formats/motion/session_file.h"

namespace hmr {

/// Keeps a copy of the work in a folder of the program's own: written a few seconds after a change, on another thread, whole
/// or not at all; removed when the program ends as it should. What a crash left behind can be found and taken over.
class Autosave : public QObject {
    Q_OBJECT
public:
    static constexpr int kMilliseconds = 3000;  ///< from the first change to the copy: less than the 10 s that may be lost

    /// `folder` is made when it is missing; empty means the user's data folder.
    Autosave(std::function<SessionDocument()> document, const QString& folder = {}, QObject* parent = nullptr);
    ~Autosave() override;

    /// Something changed; starts the clock unless it runs.
    void touch();
    bool isPending() const { return timer_.isActive(); }
    /// Writes now and waits.
    void flush();
    const QString& file() const { return file_; }
    /// The copies of programs that ended without removing theirs, newest first.
    QStringList leftBehind() const;
    /// Makes a copy that was recovered this program's own, whatever happens from now on.
    void adopt(const QString& file);
    /// Forgets a copy that was refused.
    void discard(const QString& file);

Q_SIGNALS:
    void saved(const QString& file);
    void failed(const QString& message);

private:
    void write();
    void finishWriting();
    void removeAbandoned() const;

    std::function<SessionDocument()> document_;
    QString folder_, file_;
    std::unique_ptr<QLockFile> lock_;
    QTimer timer_;
    std::unique_ptr<WorkerQueue> queue_;
};

}  // namespace hmr
